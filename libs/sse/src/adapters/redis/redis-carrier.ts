import { createClient } from 'redis';
import { type Carrier, type CarrierEvents, causeOf } from '../../backplane/carrier.js';
import { reconnectPauseMs } from '../../backplane/reconnect-pause.js';
import { within } from '../../vocabulary/within.js';
import { SseError } from '../../vocabulary/sse.errors.js';

const CONNECT_MS = 5_000;
const SEND_MS = 2_000;
const PING_INTERVAL_MS = 5_000;
/** A connection on which nothing moves, not even the answer to a ping, is dead. */
const SILENCE_MS = 10_000;
/** Redis takes 512 MB, but cuts subscribers whose output waits; small texts keep that far away. */
const MAX_TEXT_BYTES = 262_144;
/** Commands that may wait for the socket; one flush has a handful. */
const MAX_COMMANDS = 256;

type Client = ReturnType<typeof makeClient>;

/**
 * One connection that both publishes and listens, which RESP3 allows: so a node that hears nothing cannot think that it is connected. The
 * driver subscribes again by itself; its queue for times without a connection is off.
 */
export class RedisCarrier implements Carrier {
  readonly maxTextBytes = MAX_TEXT_BYTES;
  #client: Client | null = null;

  constructor(
    private readonly url: string,
    private readonly channel: string,
  ) {}

  get isConnected(): boolean {
    return this.#client?.isReady ?? false;
  }

  async start(events: CarrierEvents): Promise<void> {
    const client = makeClient(this.url);
    this.#client = client;
    let last: unknown = null;
    client.on('error', (error: unknown) => {
      last = error;
      if (client.wasStarted) events.failed('The connection to Redis is away', error);
    });
    try {
      await within('Redis', CONNECT_MS + SEND_MS, client.connect());
      await client.subscribe(this.channel, (text: string) => events.heard(text));
      client.wasStarted = true;
    } catch (error) {
      throw last ?? error;
    }
  }

  async send(texts: readonly string[]): Promise<void> {
    const client = this.#client;
    if (!client?.isReady) throw new Error('Redis is not connected');
    await within('Redis', SEND_MS, Promise.all(texts.map((text) => client.publish(this.channel, text))));
  }

  stop(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    if (client?.isOpen) client.destroy();
    return Promise.resolve();
  }

  unreachable(cause: unknown): SseError {
    return new SseError(
      'ERR_SSE_BACKPLANE',
      `Redis at ${this.#host} cannot be used: ${causeOf(cause)}. Check that it runs (version 6 or newer), that REDIS_URL has its address, user and password, and ` +
        `that the user may PUBLISH and SUBSCRIBE to ${this.channel}; or choose another SSE_BACKPLANE.`,
      { cause },
    );
  }

  deaf(withinMs: number): SseError {
    return new SseError(
      'ERR_SSE_BACKPLANE',
      `What was published to Redis at ${this.#host} was not heard within ${withinMs / 1000} s. A proxy that does not pass Pub/Sub on, or an address that leads to ` +
        `several servers, would do that. Point REDIS_URL at one server, allow the user the channel ${this.channel}, or choose another SSE_BACKPLANE.`,
    );
  }

  get #host(): string {
    return new URL(this.url).host;
  }
}

function makeClient(url: string) {
  let awaySinceMs: number | null = null;
  const client = createClient({
    url,
    RESP: 3,
    name: 'herald-sse',
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_COMMANDS,
    pingInterval: PING_INTERVAL_MS,
    socket: {
      connectTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      // A first connection that fails is an answer; a later one is tried again for ever.
      reconnectStrategy: () => {
        if (!started.wasStarted) return false;
        awaySinceMs ??= performance.now();
        return reconnectPauseMs(performance.now() - awaySinceMs);
      },
    },
  });
  client.on('ready', () => {
    awaySinceMs = null;
  });
  const started = Object.assign(client, { wasStarted: false });
  return started;
}
