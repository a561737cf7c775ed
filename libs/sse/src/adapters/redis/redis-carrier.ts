import { createClient } from 'redis';
import { type Carrier, type CarrierEvents, causeOf } from '../../backplane/carrier.js';
import { reconnectPauseMs } from '../../backplane/reconnect-pause.js';
import { within } from '../../time/within.js';
import { SseError } from '../../vocabulary/sse.errors.js';

const CONNECT_MS = 5_000;
const SEND_MS = 2_000;
const PING_INTERVAL_MS = 5_000;
/** A connection that receives nothing for so long, not even the answer to a ping, is dead. */
const SILENCE_MS = 10_000;
/** Redis accepts 512 MB, but disconnects subscribers with a large output buffer; small texts stay well below that. */
const MAX_TEXT_BYTES = 262_144;
/** Commands that may wait for the socket; one flush sends only a few. */
const MAX_COMMANDS = 256;

type Client = ReturnType<typeof makeClient>;

/**
 * One connection that both publishes and listens, which RESP3 allows: a server that receives nothing can therefore not
 * believe that it is connected. The driver resubscribes by itself; its offline queue is off.
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
      if (client.wasStarted) events.failed('The connection to Redis was lost', error);
    });
    try {
      await within('Redis', CONNECT_MS + SEND_MS, client.connect());
      await client.subscribe(this.channel, (text: string) => events.received(text));
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
        `that the user may PUBLISH and SUBSCRIBE to ${this.channel}, or choose another SSE_BACKPLANE.`,
      { cause },
    );
  }

  selfTestFailed(withinMs: number): SseError {
    return new SseError(
      'ERR_SSE_BACKPLANE',
      `A message published to Redis at ${this.#host} did not come back within ${withinMs / 1000} s. A proxy may not forward Pub/Sub, or the address may lead to ` +
        `several servers. Point REDIS_URL at one server, allow the user the channel ${this.channel}, or choose another SSE_BACKPLANE.`,
    );
  }

  get #host(): string {
    return new URL(this.url).host;
  }
}

function makeClient(url: string) {
  let disconnectedAtMs: number | null = null;
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
      // A failed first connection ends the start; later ones are retried without limit.
      reconnectStrategy: () => {
        if (!started.wasStarted) return false;
        disconnectedAtMs ??= performance.now();
        return reconnectPauseMs(performance.now() - disconnectedAtMs);
      },
    },
  });
  client.on('ready', () => {
    disconnectedAtMs = null;
  });
  const started = Object.assign(client, { wasStarted: false });
  return started;
}
