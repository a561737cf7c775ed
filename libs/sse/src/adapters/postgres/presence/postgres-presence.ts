import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Clock, TenantId, UserId } from '@nest-herald/platform';
import {
  type OnlinePage,
  type OnlineQuery,
  type Presence,
  PRESENCE_TOPIC,
  type PresenceCounts,
  type PresenceEntry,
  type PresenceServer,
  type UserPresence,
} from '../../../presence/presence.js';
import { SseError } from '../../../vocabulary/sse.errors.js';
import { PostgresClusterSlots } from './postgres-cluster-slots.js';
import { type StoredChange, toChange } from './presence-change.js';
import { PresenceReads } from './presence-reads.js';
import { SessionEnds } from './session-ends.js';

const BATCH_MS = 500;
/** Usual maximum time to write a batch. */
const WRITE_MS = 200;
/** How long a server counts as alive after a lease renewal, by the clock of the database. */
const SERVER_TTL_MS = 15_000;
const RENEWAL_MS = 5_000;

/** SQLSTATE when this server was considered dead and removed with its rows. */
const SERVER_REMOVED = 'HS003';

/** What a {@link PostgresPresence} needs. */
export interface PostgresPresenceOptions {
  readonly pool: Pool;
  /** For writes and lease renewals, separate from reads. */
  readonly controlPool: Pool;
  readonly clock: Clock;
  /** How long a user may have no connection before counting as offline, in ms. */
  readonly offlineGraceMs: number;
  readonly onError: (what: string, error: unknown) => void;
}

/**
 * Who is online in the whole cluster: rows of `sse.connection` joined to live servers. Opened and closed connections are written
 * every 500 ms, by one statement for all tenants of the server; the only periodic write is one row per server. The users of a
 * killed server disappear within 15 s, when its lease ends; the next renewal of another server removes its rows. Reads write
 * the waiting batch first, so a server sees its own connections exactly.
 *
 * Users are announced as online with the batch that writes them, and as offline when their grace is over: by one server each,
 * in tenants with a follower. A server that was removed while it was paused writes all its connections again.
 */
export class PostgresPresence implements Presence {
  /** Counts the connections of the other servers. */
  readonly clusterSlots: PostgresClusterSlots;
  readonly #bootId = randomUUID();
  /** Every open connection of this server. */
  readonly #entries = new Map<string, PresenceEntry>();
  #opened = new Set<string>();
  /** With their entries, because a connection that opens and closes within one batch was online too. */
  #closed = new Map<string, PresenceEntry>();
  /** Tenants that code of this process watches, with the number of watchers. */
  readonly #watched = new Map<TenantId, number>();
  readonly #reads: PresenceReads;
  readonly #ends: SessionEnds;
  #server: PresenceServer | null = null;
  #draining = false;
  #isStopping = false;
  #batchTimer: NodeJS.Timeout | null = null;
  #renewalTimer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #maintaining: Promise<void> = Promise.resolve();
  #isMaintenanceQueued = false;

  constructor(private readonly options: PostgresPresenceOptions) {
    this.clusterSlots = new PostgresClusterSlots({
      pool: options.controlPool,
      clock: options.clock,
      bootId: this.#bootId,
      lagMs: BATCH_MS + WRITE_MS,
      written: () => this.#flush(),
    });
    this.#reads = new PresenceReads(options.pool, options.clock);
    this.#ends = new SessionEnds({
      pool: options.controlPool,
      graceMs: options.offlineGraceMs,
      announce: (changes) => this.#announce(changes),
      onError: (error) => options.onError('Users who went offline could not be announced', error),
    });
  }

  async start(server: PresenceServer): Promise<void> {
    this.#server = server;
    await this.#renew(server);
    this.#renewalTimer = setInterval(() => this.#maintainSoon(), RENEWAL_MS);
    this.#renewalTimer.unref();
  }

  add(entry: PresenceEntry): void {
    this.#entries.set(entry.connectionId, entry);
    this.#opened.add(entry.connectionId);
    // A follower of presence fetches the state next, perhaps from another server, and must receive every later change.
    this.#schedule(entry.topics.includes(PRESENCE_TOPIC) ? 0 : BATCH_MS);
  }

  remove(connectionId: string): void {
    const entry = this.#entries.get(connectionId);
    if (!entry) return;
    this.#entries.delete(connectionId);
    this.#closed.set(connectionId, entry);
    this.#schedule();
  }

  changeTopics(connectionId: string, topics: readonly string[]): void {
    const entry = this.#entries.get(connectionId);
    if (entry) this.add({ ...entry, topics });
  }

  watch(tenantId: TenantId): () => void {
    this.#watched.set(tenantId, (this.#watched.get(tenantId) ?? 0) + 1);
    if (this.#server !== null) this.#maintainSoon();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const watchers = (this.#watched.get(tenantId) ?? 0) - 1;
      // The other servers see it with the next lease renewal.
      if (watchers > 0) this.#watched.set(tenantId, watchers);
      else this.#watched.delete(tenantId);
    };
  }

  async isOnline(tenantId: TenantId, userId: UserId): Promise<boolean> {
    await this.#flush();
    return this.#reads.isOnline(tenantId, userId);
  }

  async onlineUsers(tenantId: TenantId, page: OnlineQuery): Promise<OnlinePage> {
    await this.#flush();
    return this.#reads.onlineUsers(tenantId, page);
  }

  async user(tenantId: TenantId, userId: UserId): Promise<UserPresence> {
    await this.#flush();
    return this.#reads.user(tenantId, userId);
  }

  async counts(tenantId: TenantId | null): Promise<PresenceCounts> {
    await this.#flush();
    return this.#reads.counts(tenantId);
  }

  async setDraining(draining: boolean): Promise<void> {
    this.#draining = draining;
    if (this.#server !== null) await this.#renew(this.#server);
  }

  /** Writes the waiting batch and removes the server with its connections. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === null || this.#isStopping) return;
    this.#isStopping = true;
    if (this.#renewalTimer) clearInterval(this.#renewalTimer);
    if (this.#batchTimer) clearTimeout(this.#batchTimer);
    try {
      // A renewal after the removal would register a server that does not exist.
      await Promise.all([this.#maintaining, this.#ends.stop()]);
      await this.#flush();
      await this.options.controlPool.query('SELECT sse.remove_node($1, $2, $3)', [
        server.nodeId,
        this.#bootId,
        this.options.offlineGraceMs,
      ]);
    } catch (error) {
      // The lease expires, and its rows with it.
      this.options.onError('This server could not be removed from presence', error);
    }
    this.#server = null;
    this.#entries.clear();
  }

  #schedule(delayMs = BATCH_MS): void {
    if (this.#server === null || (this.#batchTimer !== null && delayMs > 0)) return;
    if (this.#batchTimer !== null) clearTimeout(this.#batchTimer);
    this.#batchTimer = setTimeout(() => {
      this.#batchTimer = null;
      this.#flush().catch((error: unknown) => {
        this.options.onError('Presence could not be written', error);
        this.#schedule();
      });
    }, delayMs);
    this.#batchTimer.unref();
  }

  /** Resolves when everything that waited at the call is written. One write runs at a time, which keeps the order. */
  async #flush(): Promise<void> {
    while (this.#writing) await this.#writing;
    if (this.#opened.size === 0 && this.#closed.size === 0) return;
    this.#writing = this.#write().finally(() => {
      this.#writing = null;
    });
    await this.#writing;
  }

  async #write(): Promise<void> {
    const server = this.#server;
    if (server === null)
      throw new SseError('ERR_SSE_NOT_STARTED', 'Presence was used before its start. Start the hub first.');
    try {
      await this.#writeBatch(server);
    } catch (error) {
      if ((error as { code?: string }).code !== SERVER_REMOVED) throw error;
      await this.#renew(server);
      await this.#writeBatch(server);
    }
  }

  async #writeBatch(server: PresenceServer): Promise<void> {
    const opened = this.#opened;
    const closed = this.#closed;
    this.#opened = new Set();
    this.#closed = new Map();
    try {
      const open = [...opened]
        .map((id) => this.#entries.get(id) ?? closed.get(id))
        .filter((entry) => entry !== undefined);
      const { rows } = await this.options.controlPool.query<{ leaving: number; changes: StoredChange[] }>({
        name: 'sse-change-connections',
        text: 'SELECT leaving, changes FROM sse.change_connections($1, $2, $3, $4, $5)',
        values: [server.nodeId, this.#bootId, this.options.offlineGraceMs, toJson(open), toJson([...closed.values()])],
      });
      if ((rows[0]?.leaving ?? 0) > 0) this.#ends.schedule();
      this.#announce(rows[0]?.changes ?? []);
    } catch (error) {
      // Nothing was written: the changes wait for the next batch, after the newer ones.
      for (const id of opened) if (this.#entries.has(id) || closed.has(id)) this.#opened.add(id);
      for (const [id, entry] of closed) this.#closed.set(id, entry);
      throw error;
    }
  }

  async #renew(server: PresenceServer): Promise<void> {
    const { rows } = await this.options.controlPool.query<{ was_there: boolean; others: number }>({
      name: 'sse-renew-node',
      text: `SELECT sse.renew_node($1, $2, $3, $4, $5) AS was_there,
               (SELECT count(*)::int FROM sse.live_nodes() WHERE boot_id <> $2 AND NOT draining) AS others`,
      values: [server.nodeId, this.#bootId, SERVER_TTL_MS, this.#draining, [...this.#watched.keys()]],
    });
    this.clusterSlots.setOtherServers(rows[0]?.others ?? 0);
    if (rows[0]?.was_there !== false || this.#entries.size === 0) return;
    for (const id of this.#entries.keys()) this.#opened.add(id);
    this.#schedule(0);
  }

  /** One maintenance runs at a time, and at most one more waits. */
  #maintainSoon(): void {
    if (this.#isMaintenanceQueued) return;
    this.#isMaintenanceQueued = true;
    this.#maintaining = this.#maintaining.then(() => {
      this.#isMaintenanceQueued = false;
      return this.#maintain();
    });
  }

  /** Renews the lease of this server, removes dead servers and ends the sessions of their users. Never throws. */
  async #maintain(): Promise<void> {
    const { controlPool, offlineGraceMs, onError } = this.options;
    if (this.#server === null || this.#isStopping) return;
    try {
      await this.#renew(this.#server);
      const { rows } = await controlPool.query<{ leaving: number }>({
        name: 'sse-remove-dead-servers',
        text: 'SELECT sse.remove_expired_nodes($1) AS leaving',
        values: [offlineGraceMs],
      });
      if ((rows[0]?.leaving ?? 0) > 0) this.#ends.schedule();
    } catch (error) {
      onError('The presence lease of this server could not be renewed', error);
    }
    await this.#ends.endDue();
  }

  #announce(changes: readonly StoredChange[]): void {
    for (const change of changes) {
      try {
        this.#server?.onChange?.(toChange(change));
      } catch (error) {
        this.options.onError('A change of presence could not be announced', error);
      }
    }
  }
}

function toJson(entries: readonly PresenceEntry[]): string {
  return JSON.stringify(entries, (_key, value: unknown) => (typeof value === 'string' ? storable(value) : value));
}

/** JSON in PostgreSQL accepts neither NUL nor lone surrogates, and a device name comes from the request. */
function storable(text: string): string {
  return text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\uFFFD');
}
