import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Clock } from '../../clock.js';
import type {
  OnlinePage,
  Presence,
  PresenceCounts,
  PresenceEntry,
  Transport,
  UserPresence,
} from '../../presence/presence.js';
import { asUserId, type TenantId, type UserId } from '../../principal.js';
import { SseError } from '../../sse.errors.js';
import { inTenant } from './tenant-client.js';

const BATCH_MS = 500;
/** How long a node counts as alive without a sign of life, by the clock of the database. */
const NODE_TTL_MS = 15_000;
const BEAT_MS = 5_000;

const LIVE = 'sse.connection c JOIN sse.live_nodes() n ON n.node_id = c.node_id AND n.boot_id = c.boot_id';

const ONLINE_USERS = `
  SELECT c.user_id, count(*)::int AS connections, array_agg(DISTINCT c.device ORDER BY c.device) AS devices, min(c.since) AS since,
         clock_timestamp() AS now
  FROM ${LIVE} WHERE c.tenant_id = $1 AND c.user_id > $2 GROUP BY c.user_id ORDER BY c.user_id LIMIT $3`;

/** What a {@link PostgresPresence} is made of. */
export interface PostgresPresenceOptions {
  readonly pool: Pool;
  /** Writes and signs of life, apart from reads. */
  readonly controlPool: Pool;
  readonly clock: Clock;
  readonly onError: (what: string, error: unknown) => void;
}

/**
 * Who is online in the whole cluster: rows of `sse.connection` joined to nodes that live. Opening and closing are written in
 * batches of 500 ms, by one statement for all tenants of the node; nothing is written periodically but one row per node. A killed
 * node's people disappear within 15 s, when its lease ends. Reads write the waiting batch first, so a node sees itself exactly.
 */
export class PostgresPresence implements Presence {
  readonly #bootId = randomUUID();
  /** Everything open on this node. */
  readonly #entries = new Map<string, PresenceEntry>();
  #opened = new Set<string>();
  /** With their entries: what opens and closes within one batch was online all the same. */
  #closed = new Map<string, PresenceEntry>();
  #nodeId: string | null = null;
  #draining = false;
  #batchTimer: NodeJS.Timeout | null = null;
  #beatTimer: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;
  #lastBeatMs = 0;

  constructor(private readonly options: PostgresPresenceOptions) {}

  async start(node: { readonly nodeId: string }): Promise<void> {
    this.#nodeId = node.nodeId;
    await this.#beat();
    this.#beatTimer = setInterval(() => void this.#beatAgain(), BEAT_MS);
    this.#beatTimer.unref();
  }

  add(entry: PresenceEntry): void {
    this.#entries.set(entry.connectionId, entry);
    this.#opened.add(entry.connectionId);
    this.#schedule();
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

  async isOnline(tenantId: TenantId, userId: UserId): Promise<boolean> {
    await this.#flush();
    return inTenant(this.options.pool, tenantId, async (client) => {
      const { rowCount } = await client.query({
        name: 'sse-is-online',
        text: `SELECT FROM ${LIVE} WHERE c.tenant_id = $1 AND c.user_id = $2 LIMIT 1`,
        values: [tenantId, userId],
      });
      return rowCount === 1;
    });
  }

  async onlineUsers(
    tenantId: TenantId,
    page: { readonly limit: number; readonly cursor?: string },
  ): Promise<OnlinePage> {
    await this.#flush();
    return inTenant(this.options.pool, tenantId, async (client) => {
      const total = await client.query<{ total: number }>(
        `SELECT count(DISTINCT c.user_id)::int AS total FROM ${LIVE} WHERE c.tenant_id = $1`,
        [tenantId],
      );
      const { rows } = await client.query<{
        user_id: string;
        connections: number;
        devices: string[];
        since: Date;
        now: Date;
      }>(ONLINE_USERS, [tenantId, page.cursor ?? '', page.limit + 1]);
      const items = rows.slice(0, page.limit).map((row) => ({
        userId: asUserId(row.user_id),
        connections: row.connections,
        devices: row.devices,
        since: row.since,
        lastSeenAt: row.now,
      }));
      const nextCursor = rows.length > page.limit ? (items.at(-1)?.userId ?? null) : null;
      return { items, nextCursor, total: total.rows[0]?.total ?? 0 };
    });
  }

  async user(tenantId: TenantId, userId: UserId): Promise<UserPresence> {
    await this.#flush();
    return inTenant(this.options.pool, tenantId, async (client) => {
      const open = await client.query<ConnectionRow>(
        `SELECT c.connection_id, c.node_id, c.device, c.transport, c.sid, c.topics, c.since
         FROM ${LIVE} WHERE c.tenant_id = $1 AND c.user_id = $2 ORDER BY c.since, c.connection_id`,
        [tenantId, userId],
      );
      const connections = open.rows.map((row) => toEntry(tenantId, userId, row));
      if (connections.length > 0) {
        return { userId, online: true, connections, lastSeenAt: this.options.clock.now() };
      }
      const seen = await client.query<{ at: Date }>(
        'SELECT at FROM sse.last_seen WHERE tenant_id = $1 AND user_id = $2',
        [tenantId, userId],
      );
      return { userId, online: false, connections, lastSeenAt: seen.rows[0]?.at ?? null };
    });
  }

  async counts(tenantId: TenantId | null): Promise<PresenceCounts> {
    await this.#flush();
    const { rows } = await this.options.pool.query<{ counts: PresenceCounts }>(
      'SELECT sse.count_presence($1) AS counts',
      [tenantId],
    );
    const { counts } = rows[0] as { counts: PresenceCounts };
    const none: Record<Transport, number> = { sse: 0, poll: 0, ws: 0 };
    return { ...counts, byTransport: { ...none, ...counts.byTransport } };
  }

  async setDraining(draining: boolean): Promise<void> {
    this.#draining = draining;
    if (this.#nodeId !== null) await this.#beat();
  }

  /** Writes what waits and takes the node out; its connections end with it. */
  async stop(): Promise<void> {
    if (this.#nodeId === null) return;
    if (this.#beatTimer) clearInterval(this.#beatTimer);
    if (this.#batchTimer) clearTimeout(this.#batchTimer);
    const nodeId = this.#nodeId;
    try {
      await this.#flush();
      await this.options.controlPool.query('SELECT sse.leave($1, $2)', [nodeId, this.#bootId]);
    } catch (error) {
      // The lease ends by itself, and its rows with it.
      this.options.onError('The node could not say goodbye', error);
    }
    this.#nodeId = null;
    this.#entries.clear();
  }

  #schedule(): void {
    if (this.#batchTimer !== null || this.#nodeId === null) return;
    this.#batchTimer = setTimeout(() => {
      this.#batchTimer = null;
      this.#flush().catch((error: unknown) => {
        this.options.onError('Presence could not be written', error);
        this.#schedule();
      });
    }, BATCH_MS);
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
    const nodeId = this.#nodeId;
    if (nodeId === null)
      throw new SseError('ERR_SSE_NOT_STARTED', 'Presence is asked before its start; start the hub first.');
    const opened = this.#opened;
    const closed = this.#closed;
    this.#opened = new Set();
    this.#closed = new Map();
    try {
      const rows = [...opened]
        .map((id) => this.#entries.get(id) ?? closed.get(id))
        .filter((entry) => entry !== undefined);
      await this.options.controlPool.query({
        name: 'sse-write-connections',
        text: 'SELECT sse.write_connections($1, $2, $3, $4)',
        values: [nodeId, this.#bootId, toJson(rows), [...closed.keys()]],
      });
    } catch (error) {
      // Nothing was written: it waits for the next batch, behind what is newer.
      for (const id of opened) if (this.#entries.has(id) || closed.has(id)) this.#opened.add(id);
      for (const [id, entry] of closed) this.#closed.set(id, entry);
      throw error;
    }
  }

  async #beat(): Promise<void> {
    const startedMs = this.options.clock.monotonicMs();
    await this.options.controlPool.query({
      name: 'sse-beat',
      text: 'SELECT sse.beat($1, $2, $3, $4)',
      values: [this.#nodeId, this.#bootId, NODE_TTL_MS, this.#draining],
    });
    // We counted as dead for a while, and others may have cleared our rows away.
    if (this.#lastBeatMs > 0 && startedMs - this.#lastBeatMs > NODE_TTL_MS) {
      for (const id of this.#entries.keys()) this.#opened.add(id);
      this.#schedule();
    }
    this.#lastBeatMs = startedMs;
  }

  async #beatAgain(): Promise<void> {
    try {
      await this.#beat();
    } catch (error) {
      this.options.onError('The node could not give a sign of life', error);
    }
  }
}

interface ConnectionRow {
  readonly connection_id: string;
  readonly node_id: string;
  readonly device: string;
  readonly transport: Transport;
  readonly sid: string | null;
  readonly topics: string[];
  readonly since: Date;
}

function toEntry(tenantId: TenantId, userId: UserId, row: ConnectionRow): PresenceEntry {
  return {
    connectionId: row.connection_id,
    tenantId,
    userId,
    nodeId: row.node_id,
    device: row.device,
    transport: row.transport,
    ...(row.sid === null ? {} : { sessionId: row.sid }),
    topics: row.topics,
    since: row.since,
  };
}

function toJson(entries: readonly PresenceEntry[]): string {
  return JSON.stringify(entries, (_key, value: unknown) => (typeof value === 'string' ? storable(value) : value));
}

/** JSON in PostgreSQL takes neither NUL nor lone surrogates, and a device name comes from the request. */
function storable(text: string): string {
  return text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\uFFFD');
}
