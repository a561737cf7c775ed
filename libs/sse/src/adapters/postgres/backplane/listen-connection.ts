import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

const PING_INTERVAL_MS = 5_000;
const PING_TIMEOUT_MS = 2_000;
const MAX_BACKOFF_MS = 5_000;
/** Part of the notification queue that lagging listeners may fill; a full queue would fail every NOTIFY of the cluster. */
const QUEUE_WARNING = 0.1;

/** Callbacks of a {@link ListenConnection}. */
export interface ListenEvents {
  notification(payload: string): void;
  failed(what: string, error: unknown): void;
}

/**
 * One connection that only listens to one channel. It never opens a transaction, which would keep PostgreSQL from cleaning up
 * its notification queue. States: stopped → connected ⇄ reconnecting → stopped. A ping finds a silently dead connection within
 * 7 s; the batch tail repairs what was missed until then.
 */
export class ListenConnection {
  #client: pg.Client | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = true;
  #connected = false;
  #reconnecting: Promise<void> | null = null;

  constructor(
    private readonly connectionString: string,
    private readonly channel: string,
    private readonly events: ListenEvents,
  ) {}

  get isConnected(): boolean {
    return this.#connected;
  }

  /** @throws when the first connection fails. */
  async start(): Promise<void> {
    this.#stopped = false;
    await this.#connect();
    this.#schedulePing();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#connected = false;
    if (this.#timer) clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = null;
    await client?.end().catch(() => undefined);
    await this.#reconnecting;
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.connectionString,
      application_name: 'herald-listen',
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
    });
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client, new Error('the server closed the connection')));
    client.on('notification', ({ payload }) => this.events.notification(payload ?? ''));
    this.#client = client;
    try {
      await client.connect();
      await client.query(`LISTEN ${pg.escapeIdentifier(this.channel)}`);
    } catch (error) {
      this.#client = null;
      await client.end().catch(() => undefined);
      throw error;
    }
    this.#connected = true;
  }

  #lost(client: pg.Client, error: Error): void {
    if (client !== this.#client || !this.#connected) return;
    this.#connected = false;
    this.#client = null;
    this.events.failed('The LISTEN connection was lost', error);
    // destroy() instead of end(): the peer may be gone, and end() would wait for it.
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    this.#reconnecting ??= this.#reconnect().finally(() => {
      this.#reconnecting = null;
    });
  }

  async #reconnect(): Promise<void> {
    for (let pauseMs = 100; !this.#stopped; pauseMs = Math.min(pauseMs * 2, MAX_BACKOFF_MS)) {
      await delay(pauseMs * (0.5 + Math.random() * 0.5), undefined, { ref: false });
      if (this.#stopped) return;
      try {
        await this.#connect();
        return;
      } catch (error) {
        this.events.failed('LISTEN could not be resumed', error);
      }
    }
  }

  #schedulePing(): void {
    this.#timer = setTimeout(() => {
      void this.#ping().finally(() => {
        if (!this.#stopped) this.#schedulePing();
      });
    }, PING_INTERVAL_MS);
    this.#timer.unref();
  }

  async #ping(): Promise<void> {
    const client = this.#client;
    if (!client || !this.#connected) return;
    const timeout = new AbortController();
    try {
      const usage = await Promise.race([
        client.query<{ usage: number }>('SELECT pg_notification_queue_usage() AS usage'),
        delay(PING_TIMEOUT_MS, null, { ref: false, signal: timeout.signal }),
      ]);
      if (usage === null) this.#lost(client, new Error(`no answer to a ping within ${PING_TIMEOUT_MS} ms`));
      else if ((usage.rows[0]?.usage ?? 0) > QUEUE_WARNING) {
        this.events.failed(
          'The notification queue of PostgreSQL is filling up',
          new Error('a listener does not read: find the session that listens inside an old transaction and end it'),
        );
      }
    } catch (error) {
      this.#lost(client, error as Error);
    } finally {
      timeout.abort();
    }
  }
}
