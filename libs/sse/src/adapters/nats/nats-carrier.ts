import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type Carrier, type CarrierEvents, causeOf } from '../../backplane/carrier.js';
import { reconnectPauseMs } from '../../backplane/reconnect-pause.js';
import { within } from '../../vocabulary/within.js';
import { SseError } from '../../vocabulary/sse.errors.js';
import type { NatsLogin } from './nats-login.js';

const CONNECT_MS = 5_000;
const SEND_MS = 2_000;
const PING_INTERVAL_MS = 5_000;
const MAX_PINGS_OUT = 2;
const MAX_TEXT_BYTES = 262_144;
/** The largest message of ours that cannot be split, with room. NATS allows 1 MiB unless told otherwise. */
const MIN_PAYLOAD_BYTES = 131_072;

/**
 * One connection that publishes and listens. The driver finds its servers again by itself; nothing is handed to it
 * while it is away, because its buffer has no bound, and each flush waits for the server's answer.
 */
export class NatsCarrier implements Carrier {
  #connection: NatsConnection | null = null;
  #awaySinceMs: number | null = null;
  #stopped = false;

  constructor(
    private readonly login: NatsLogin,
    private readonly subject: string,
  ) {}

  get isConnected(): boolean {
    return this.#connection !== null && !this.#connection.isClosed() && this.#awaySinceMs === null;
  }

  /** What the server allows, at most 256 KiB. */
  get maxTextBytes(): number {
    return Math.min(MAX_TEXT_BYTES, this.#connection?.info?.max_payload ?? MAX_TEXT_BYTES);
  }

  async start(events: CarrierEvents): Promise<void> {
    const { servers, tls, user, password, token } = this.login;
    this.#stopped = false;
    this.#awaySinceMs = null;
    const connection = await connect({
      servers: [...servers],
      name: 'herald-sse',
      timeout: CONNECT_MS,
      pingInterval: PING_INTERVAL_MS,
      maxPingOut: MAX_PINGS_OUT,
      maxReconnectAttempts: -1,
      // A password that is being changed must not end the tries.
      ignoreAuthErrorAbort: true,
      reconnectDelayHandler: () =>
        reconnectPauseMs(this.#awaySinceMs === null ? 0 : performance.now() - this.#awaySinceMs),
      ...(tls ? { tls: {} } : {}),
      ...(user === undefined ? {} : { user, pass: password ?? '' }),
      ...(token === undefined ? {} : { token }),
    });
    this.#connection = connection;
    void this.#watch(connection, events);
    const allowed = connection.info?.max_payload ?? MIN_PAYLOAD_BYTES;
    if (allowed < MIN_PAYLOAD_BYTES) {
      throw new Error(`its max_payload is ${allowed} bytes; ${MIN_PAYLOAD_BYTES} are needed`);
    }
    connection.subscribe(this.subject, {
      callback: (error, message) => {
        if (error === null) events.heard(message.string());
        else events.failed('NATS refuses the subscription', error);
      },
    });
    await within('NATS', SEND_MS, connection.flush());
  }

  async send(texts: readonly string[]): Promise<void> {
    const connection = this.#connection;
    if (connection === null || !this.isConnected) throw new Error('NATS is not connected');
    for (const text of texts) connection.publish(this.subject, text);
    await within('NATS', SEND_MS, connection.flush());
  }

  async stop(): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    this.#stopped = true;
    await connection?.close();
  }

  unreachable(cause: unknown): SseError {
    return new SseError(
      'ERR_SSE_BACKPLANE',
      `NATS at ${this.#hosts} cannot be used: ${causeOf(cause)}. Check that it runs (version 2.9 or newer), that NATS_URL has its address and login, and ` +
        `that the login may publish and subscribe to ${this.subject}; or choose another SSE_BACKPLANE.`,
      { cause },
    );
  }

  deaf(withinMs: number): SseError {
    return new SseError(
      'ERR_SSE_BACKPLANE',
      `What was published to NATS at ${this.#hosts} was not heard within ${withinMs / 1000} s. A login without the permission to publish and subscribe to ` +
        `${this.subject} does that. Give it, or choose another SSE_BACKPLANE.`,
    );
  }

  get #hosts(): string {
    return this.login.servers.join(', ');
  }

  /** Follows the states of the connection until it is closed. */
  async #watch(connection: NatsConnection, events: CarrierEvents): Promise<void> {
    for await (const status of connection.status()) {
      if (this.#stopped) continue;
      if (status.type === 'disconnect' && this.#awaySinceMs === null) {
        this.#awaySinceMs = performance.now();
        events.failed('The connection to NATS is away', new Error(`${status.server} hung up`));
      } else if (status.type === 'reconnect') this.#awaySinceMs = null;
      else if (status.type === 'error') events.failed('NATS complains', status.error);
    }
    if (!this.#stopped)
      events.failed('The connection to NATS is closed for good', new Error('start this process again'));
  }
}
