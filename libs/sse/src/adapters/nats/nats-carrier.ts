import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type Carrier, type CarrierEvents, causeOf } from '../../backplane/carrier.js';
import { reconnectPauseMs } from '../../backplane/reconnect-pause.js';
import { within } from '../../time/within.js';
import { SseError } from '../../vocabulary/sse.errors.js';
import type { NatsLogin } from './nats-login.js';

const CONNECT_MS = 5_000;
const SEND_MS = 2_000;
const PING_INTERVAL_MS = 5_000;
const MAX_PINGS_OUT = 2;
const MAX_TEXT_BYTES = 262_144;
/** Room for our largest message that cannot be split. The default of NATS is 1 MiB. */
const MIN_PAYLOAD_BYTES = 131_072;

/**
 * One connection that publishes and listens. The driver reconnects by itself. It receives no texts while it is disconnected,
 * because its buffer is unbounded, and each flush waits for the NATS server's answer.
 */
export class NatsCarrier implements Carrier {
  #connection: NatsConnection | null = null;
  #disconnectedAtMs: number | null = null;
  #stopped = false;

  constructor(
    private readonly login: NatsLogin,
    private readonly subject: string,
  ) {}

  get isConnected(): boolean {
    return this.#connection !== null && !this.#connection.isClosed() && this.#disconnectedAtMs === null;
  }

  /** What the NATS server allows, at most 256 KiB. */
  get maxTextBytes(): number {
    return Math.min(MAX_TEXT_BYTES, this.#connection?.info?.max_payload ?? MAX_TEXT_BYTES);
  }

  async start(events: CarrierEvents): Promise<void> {
    const { servers, tls, user, password, token } = this.login;
    this.#stopped = false;
    this.#disconnectedAtMs = null;
    const connection = await connect({
      servers: [...servers],
      name: 'herald-sse',
      timeout: CONNECT_MS,
      pingInterval: PING_INTERVAL_MS,
      maxPingOut: MAX_PINGS_OUT,
      maxReconnectAttempts: -1,
      // Reconnecting must survive a password rotation.
      ignoreAuthErrorAbort: true,
      reconnectDelayHandler: () =>
        reconnectPauseMs(this.#disconnectedAtMs === null ? 0 : performance.now() - this.#disconnectedAtMs),
      ...(tls ? { tls: {} } : {}),
      ...(user === undefined ? {} : { user, pass: password ?? '' }),
      ...(token === undefined ? {} : { token }),
    });
    this.#connection = connection;
    void this.#watch(connection, events);
    const allowed = connection.info?.max_payload ?? MIN_PAYLOAD_BYTES;
    if (allowed < MIN_PAYLOAD_BYTES) {
      throw new Error(`its max_payload is ${allowed} bytes, but at least ${MIN_PAYLOAD_BYTES} are needed`);
    }
    connection.subscribe(this.subject, {
      callback: (error, message) => {
        if (error === null) events.received(message.string());
        else events.failed('NATS refused the subscription', error);
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
        `that the login may publish and subscribe to ${this.subject}, or choose another SSE_BACKPLANE.`,
      { cause },
    );
  }

  selfTestFailed(withinMs: number): SseError {
    return new SseError(
      'ERR_SSE_BACKPLANE',
      `A message published to NATS at ${this.#hosts} did not come back within ${withinMs / 1000} s. The login probably lacks the permission to publish or ` +
        `subscribe to ${this.subject}. Grant it, or choose another SSE_BACKPLANE.`,
    );
  }

  get #hosts(): string {
    return this.login.servers.join(', ');
  }

  /** Tracks the state of the connection until it is closed. */
  async #watch(connection: NatsConnection, events: CarrierEvents): Promise<void> {
    for await (const status of connection.status()) {
      if (this.#stopped) continue;
      if (status.type === 'disconnect' && this.#disconnectedAtMs === null) {
        this.#disconnectedAtMs = performance.now();
        events.failed('The connection to NATS was lost', new Error(`${status.server} closed the connection`));
      } else if (status.type === 'reconnect') this.#disconnectedAtMs = null;
      else if (status.type === 'error') events.failed('NATS reported an error', status.error);
    }
    if (!this.#stopped)
      events.failed(
        'The driver closed the connection to NATS and will not reconnect',
        new Error('restart this process'),
      );
  }
}
