import type { Pool } from 'pg';
import { asUserId, type Clock, type TenantId, type UserId } from '@nest-herald/platform';
import type {
  OnlinePage,
  OnlineQuery,
  PresenceCounts,
  PresenceEntry,
  Transport,
  UserPresence,
} from '../../../presence/presence.js';
import { inTenant } from '@nest-herald/platform/postgres';

const LIVE = 'sse.connection c JOIN sse.live_nodes() n ON n.node_id = c.node_id AND n.boot_id = c.boot_id';

/** Users without a connection whose session may still continue. */
const LEAVING = `sse.last_seen l WHERE l.tenant_id = $1 AND l.ends_at < 'infinity'
  AND NOT EXISTS (SELECT FROM ${LIVE} WHERE c.tenant_id = $1 AND c.user_id = l.user_id)`;

const ONLINE_PAGE = `
  SELECT c.user_id, count(*)::int AS connections, array_agg(DISTINCT c.device ORDER BY c.device) AS devices, min(c.since) AS since,
         clock_timestamp() AS seen
  FROM ${LIVE} WHERE c.tenant_id = $1 AND c.user_id > $2 GROUP BY c.user_id ORDER BY c.user_id LIMIT $3`;

/** Each part returns one page of its own, so that only two pages are sorted. */
const LEAVING_PAGE = `
  SELECT * FROM (
    (${ONLINE_PAGE}) UNION ALL (SELECT l.user_id, 0, '{}', l.at, l.at FROM ${LEAVING} AND l.user_id > $2 ORDER BY l.user_id LIMIT $3)
  ) both_parts ORDER BY user_id LIMIT $3`;

const withGeneration = (page: string): string => `
  SELECT o.*, coalesce(s.generation, 0)::int AS generation
  FROM (${page}) o LEFT JOIN sse.last_seen s ON s.tenant_id = $1 AND s.user_id = o.user_id ORDER BY o.user_id`;

const COUNT = `SELECT count(DISTINCT c.user_id)::int AS total FROM ${LIVE} WHERE c.tenant_id = $1`;
const COUNT_LEAVING = `SELECT ((${COUNT}) + (SELECT count(*) FROM ${LEAVING}))::int AS total`;

/** Reads who is online from `sse.connection`, joined to the live servers. */
export class PresenceReads {
  constructor(
    private readonly pool: Pool,
    private readonly clock: Clock,
  ) {}

  isOnline(tenantId: TenantId, userId: UserId): Promise<boolean> {
    return inTenant(this.pool, tenantId, async (client) => {
      const { rowCount } = await client.query({
        name: 'sse-is-online',
        text: `SELECT FROM ${LIVE} WHERE c.tenant_id = $1 AND c.user_id = $2 LIMIT 1`,
        values: [tenantId, userId],
      });
      return rowCount === 1;
    });
  }

  onlineUsers(tenantId: TenantId, { limit, cursor = '', leaving = false }: OnlineQuery): Promise<OnlinePage> {
    return inTenant(this.pool, tenantId, async (client) => {
      const total = await client.query<{ total: number }>(leaving ? COUNT_LEAVING : COUNT, [tenantId]);
      const page = withGeneration(leaving ? LEAVING_PAGE : ONLINE_PAGE);
      const { rows } = await client.query<OnlineRow>(page, [tenantId, cursor, limit + 1]);
      const items = rows.slice(0, limit).map((row) => ({
        userId: asUserId(row.user_id),
        connections: row.connections,
        devices: row.devices,
        since: row.since,
        lastSeenAt: row.seen,
        generation: row.generation,
      }));
      const nextCursor = rows.length > limit ? (items.at(-1)?.userId ?? null) : null;
      return { items, nextCursor, total: total.rows[0]?.total ?? 0 };
    });
  }

  user(tenantId: TenantId, userId: UserId): Promise<UserPresence> {
    return inTenant(this.pool, tenantId, async (client) => {
      const open = await client.query<ConnectionRow>(
        `SELECT c.connection_id, c.node_id, c.device, c.transport, c.sid, c.topics, c.since
         FROM ${LIVE} WHERE c.tenant_id = $1 AND c.user_id = $2 ORDER BY c.since, c.connection_id`,
        [tenantId, userId],
      );
      const seen = await client.query<{ at: Date; generation: number }>(
        'SELECT at, generation::int FROM sse.last_seen WHERE tenant_id = $1 AND user_id = $2',
        [tenantId, userId],
      );
      const connections = open.rows.map((row) => toEntry(tenantId, userId, row));
      const { at = null, generation = 0 } = seen.rows[0] ?? {};
      const online = connections.length > 0;
      return { userId, online, connections, lastSeenAt: online ? this.clock.now() : at, generation };
    });
  }

  async counts(tenantId: TenantId | null): Promise<PresenceCounts> {
    const { rows } = await this.pool.query<{ counts: PresenceCounts }>('SELECT sse.count_presence($1) AS counts', [
      tenantId,
    ]);
    const { counts } = rows[0] as { counts: PresenceCounts };
    const none: Record<Transport, number> = { sse: 0, poll: 0, ws: 0 };
    return { ...counts, byTransport: { ...none, ...counts.byTransport } };
  }
}

interface OnlineRow {
  readonly user_id: string;
  readonly connections: number;
  readonly devices: string[];
  readonly since: Date;
  readonly seen: Date;
  readonly generation: number;
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
