import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Clock } from '../../../vocabulary/clock.js';
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
import type { TenantId, UserId } from '../../../vocabulary/principal.js';
import { SseError } from '../../../vocabulary/sse.errors.js';
import { PostgresPlaces } from './postgres-places.js';
import { type StoredChange, toChange } from './presence-change.js';
import { PresenceReads } from './presence-reads.js';
import { SessionEnds } from './session-ends.js';

const BATCH_MS = 500;
/** What writing a batch takes at most, as a rule. */
const WRITE_MS = 200;
/** How long a node counts as alive without a sign of life, by the clock of the database. */
const NODE_TTL_MS = 15_000;
const BEAT_MS = 5_000;

/** The node was taken for dead and cleared away with its rows. */
const CLEARED_AWAY = 'HS003';

/** What a {@link PostgresPresence} is made of. */
export interface PostgresPresenceOptions {
  readonly pool: Pool;
  /** Writes and signs of life, apart from reads. */
  readonly controlPool: Pool;
  readonly clock: Clock;
  /** How long somebody may have no connection before that counts as offline, ms. */
  readonly offlineGraceMs: number;
  readonly onError: (what: string, error: unknown) => void;
}

/**
 * Who is online in the whole cluster: rows of `sse.connection` joined to nodes that live. Opening and closing are written in
 * batches of 500 ms, by one statement for all tenants of the node; nothing is written periodically but one row per node. A killed
 * node's people disappear within 15 s, when its lease ends; the next sign of life of another node clears it away. Reads write
 * the waiting batch first, so a node sees itself exactly.
 *
 * Who comes online is told with the batch that writes it, who went offline when the grace is over: each by one node, where
 * somebody follows. A node that was cleared away while it was paused writes everything that it has anew.
 */
export class PostgresPresence implements Presence {
  /** What the other nodes hold. */
  readonly clusterSlots: PostgresPlaces;
  readonly #bootId = randomUUID();
  /** Everything open on this node. */
  readonly #entries = new Map<string, PresenceEntry>();
  #opened = new Set<string>();
  /** With their entries: what opens and closes within one batch was online all the same. */
  #closed = new Map<string, PresenceEntry>();
  /** Tenants that code of this process watches, and how often. */
  readonly #watched = new Map<TenantId, number>();
  readonly #reads: PresenceReads;
  readonly #ends: SessionEnds;
  #node: PresenceServer | null = null;
  #draining = false;
  #isStopping = false;
  #batchTimer: NodeJS.Timeout | null = null;
  #beatTimer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #tending: Promise<void> = Promise.resolve();
  #isTendAwaited = false;

  constructor(private readonly options: PostgresPresenceOptions) {
    this.clusterSlots = new PostgresPlaces({
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
      tell: (changes) => this.#tell(changes),
      onError: (error) => options.onError('Who went offline could not be told', error),
    });
  }

  async start(node: PresenceServer): Promise<void> {
    this.#node = node;
    await this.#beat(node);
    this.#beatTimer = setInterval(() => this.#tendSoon(), BEAT_MS);
    this.#beatTimer.unref();
  }

  add(entry: PresenceEntry): void {
    this.#entries.set(entry.connectionId, entry);
    this.#opened.add(entry.connectionId);
    // Whoever follows fetches the state next, perhaps from another node, and must hear of what comes behind it.
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
    if (this.#node !== null) this.#tendSoon();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const watchers = (this.#watched.get(tenantId) ?? 0) - 1;
      // The others hear of it with the next sign of life.
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
    if (this.#node !== null) await this.#beat(this.#node);
  }

  /** Writes what waits and takes the node out; its connections end with it. */
  async stop(): Promise<void> {
    const node = this.#node;
    if (node === null || this.#isStopping) return;
    this.#isStopping = true;
    if (this.#beatTimer) clearInterval(this.#beatTimer);
    if (this.#batchTimer) clearTimeout(this.#batchTimer);
    try {
      // A sign of life behind the goodbye would leave a node behind that is not there.
      await Promise.all([this.#tending, this.#ends.stop()]);
      await this.#flush();
      await this.options.controlPool.query('SELECT sse.say_goodbye($1, $2, $3)', [
        node.nodeId,
        this.#bootId,
        this.options.offlineGraceMs,
      ]);
    } catch (error) {
      // The lease ends by itself, and its rows with it.
      this.options.onError('The node could not say goodbye', error);
    }
    this.#node = null;
    this.#entries.clear();
  }

  #schedule(delayMs = BATCH_MS): void {
    if (this.#node === null || (this.#batchTimer !== null && delayMs > 0)) return;
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

  /** Resolves when everything that waited at the call is written. One writer at a time keeps the order. */
  async #flush(): Promise<void> {
    while (this.#writing) await this.#writing;
    if (this.#opened.size === 0 && this.#closed.size === 0) return;
    this.#writing = this.#write().finally(() => {
      this.#writing = null;
    });
    await this.#writing;
  }

  async #write(): Promise<void> {
    const node = this.#node;
    if (node === null)
      throw new SseError('ERR_SSE_NOT_STARTED', 'Presence is asked before its start; start the hub first.');
    try {
      await this.#writeBatch(node);
    } catch (error) {
      if ((error as { code?: string }).code !== CLEARED_AWAY) throw error;
      await this.#beat(node);
      await this.#writeBatch(node);
    }
  }

  async #writeBatch(node: PresenceServer): Promise<void> {
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
        values: [node.nodeId, this.#bootId, this.options.offlineGraceMs, toJson(open), toJson([...closed.values()])],
      });
      if ((rows[0]?.leaving ?? 0) > 0) this.#ends.expect();
      this.#tell(rows[0]?.changes ?? []);
    } catch (error) {
      // Nothing was written: it waits for the next batch, behind what is newer.
      for (const id of opened) if (this.#entries.has(id) || closed.has(id)) this.#opened.add(id);
      for (const [id, entry] of closed) this.#closed.set(id, entry);
      throw error;
    }
  }

  async #beat(node: PresenceServer): Promise<void> {
    const { rows } = await this.options.controlPool.query<{ was_there: boolean; others: number }>({
      name: 'sse-renew-node',
      text: `SELECT sse.renew_node($1, $2, $3, $4, $5) AS was_there,
               (SELECT count(*)::int FROM sse.live_nodes() WHERE boot_id <> $2 AND NOT draining) AS others`,
      values: [node.nodeId, this.#bootId, NODE_TTL_MS, this.#draining, [...this.#watched.keys()]],
    });
    this.clusterSlots.noticed(rows[0]?.others ?? 0);
    if (rows[0]?.was_there !== false || this.#entries.size === 0) return;
    for (const id of this.#entries.keys()) this.#opened.add(id);
    this.#schedule(0);
  }

  /** One at a time, and one more that waits at the most. */
  #tendSoon(): void {
    if (this.#isTendAwaited) return;
    this.#isTendAwaited = true;
    this.#tending = this.#tending.then(() => {
      this.#isTendAwaited = false;
      return this.#tend();
    });
  }

  /** Lives on, and takes care of nodes that do not, and of their people. Never throws. */
  async #tend(): Promise<void> {
    const { controlPool, offlineGraceMs, onError } = this.options;
    if (this.#node === null || this.#isStopping) return;
    try {
      await this.#beat(this.#node);
      const { rows } = await controlPool.query<{ leaving: number }>({
        name: 'sse-bury-nodes',
        text: 'SELECT sse.bury_nodes($1) AS leaving',
        values: [offlineGraceMs],
      });
      if ((rows[0]?.leaving ?? 0) > 0) this.#ends.expect();
    } catch (error) {
      onError('The node could not give a sign of life', error);
    }
    await this.#ends.look();
  }

  #tell(changes: readonly StoredChange[]): void {
    for (const change of changes) {
      try {
        this.#node?.onChange?.(toChange(change));
      } catch (error) {
        this.options.onError('A change of presence could not be told', error);
      }
    }
  }
}

function toJson(entries: readonly PresenceEntry[]): string {
  return JSON.stringify(entries, (_key, value: unknown) => (typeof value === 'string' ? storable(value) : value));
}

/** JSON in PostgreSQL takes neither NUL nor lone surrogates, and a device name comes from the request. */
function storable(text: string): string {
  return text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\uFFFD');
}
