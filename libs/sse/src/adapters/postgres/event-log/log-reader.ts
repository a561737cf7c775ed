import type { Pool } from 'pg';
import { NAMED_USERS } from '../../../vocabulary/audience.js';
import type { LoggedEvent } from '../../../vocabulary/envelope.js';
import { epochOf } from '../../../event-log/epoch.js';
import type { LogBounds, ReplayPage, ReplayRequest } from '../../../event-log/event-log.js';
import { asUserId, type TenantId } from '@nest-herald/platform';
import { inTenant } from '@nest-herald/platform/postgres';

const COLUMNS = 'l.seq, l.audience, l.recipients, l.type, l.payload, l.traceparent, l.created_at';

interface LogRow {
  readonly seq: string;
  readonly audience: string;
  readonly recipients: readonly string[] | null;
  readonly type: string;
  readonly payload: string;
  readonly traceparent: string | null;
  readonly created_at: Date;
}

const BOUNDS = `
  SELECT sse.log_id() AS log_id, coalesce(h.floor, 0) AS floor,
         greatest((SELECT l.seq FROM sse.event_log l WHERE l.tenant_id = $1 ORDER BY l.seq DESC LIMIT 1), h.checkpoint, 0) AS head
  FROM (VALUES (1)) AS one LEFT JOIN sse.head h ON h.tenant_id = $1`;

const RANGE = `
  SELECT ${COLUMNS} FROM sse.event_log l WHERE l.tenant_id = $1 AND l.seq > $2 AND l.seq <= $3 ORDER BY l.seq LIMIT $4`;

/**
 * One ordered index scan per key instead of one filter over all events of the tenant, so the cost depends on what the
 * subscription may see. The last two branches return the rows that name users, and every topic for followers of patterns.
 */
const FOR_SUBSCRIPTION = `
  SELECT ${COLUMNS} FROM (
    SELECT x.* FROM unnest($4::text[]) AS k (audience) CROSS JOIN LATERAL (
      SELECT ${COLUMNS} FROM sse.event_log l
      WHERE l.tenant_id = $1 AND l.audience = k.audience AND l.seq > $2 AND l.seq <= $3 ORDER BY l.seq LIMIT $7
    ) x
    UNION ALL
    (SELECT ${COLUMNS} FROM sse.event_log l
     WHERE l.tenant_id = $1 AND l.audience = '${NAMED_USERS}' AND l.seq > $2 AND l.seq <= $3 AND $5 = ANY (l.recipients)
     ORDER BY l.seq LIMIT $7)
    UNION ALL
    (SELECT ${COLUMNS} FROM sse.event_log l
     WHERE $6 AND l.tenant_id = $1 AND l.seq > $2 AND l.seq <= $3 AND l.audience >= 'topic:' AND l.audience < 'topic;'
       AND l.audience <> ALL ($4)
     ORDER BY l.seq LIMIT $7)
  ) l ORDER BY l.seq LIMIT $7`;

/** Reads `sse.event_log` as the application role, in short transactions of one tenant, so row-level security backs up `tenant_id = $1`. */
export class LogReader {
  constructor(private readonly pool: Pool) {}

  bounds(tenantId: TenantId): Promise<LogBounds> {
    return inTenant(this.pool, tenantId, async (client) => {
      const { rows } = await client.query<{ log_id: string; floor: string; head: string }>({
        name: 'sse-bounds',
        text: BOUNDS,
        values: [tenantId],
      });
      const row = rows[0] as { log_id: string; floor: string; head: string };
      return { epoch: epochOf(row.log_id, tenantId), floor: Number(row.floor), head: Number(row.head) };
    });
  }

  range(tenantId: TenantId, after: number, upTo: number, limit: number): Promise<readonly LoggedEvent[]> {
    return inTenant(this.pool, tenantId, async (client) => {
      const { rows } = await client.query<LogRow>({
        name: 'sse-range',
        text: RANGE,
        values: [tenantId, after, upTo, limit],
      });
      return rows.map((row) => toEvent(tenantId, row));
    });
  }

  async forSubscription(tenantId: TenantId, request: ReplayRequest): Promise<ReplayPage> {
    const { after, upTo, keys, userId, everyTopic, limit } = request;
    const exact = [...new Set(keys)].filter((key) => key !== NAMED_USERS);
    const rows = await inTenant(this.pool, tenantId, async (client) => {
      const result = await client.query<LogRow>({
        name: 'sse-for-subscription',
        text: FOR_SUBSCRIPTION,
        values: [tenantId, after, upTo, exact, userId, everyTopic, limit],
      });
      return result.rows;
    });
    const events = rows.map((row) => toEvent(tenantId, row));
    // A full page may end before upTo; a shorter one has covered everything.
    return { events, scannedTo: events.length < limit ? upTo : (events.at(-1)?.seq ?? upTo) };
  }

  firstSince(tenantId: TenantId, since: Date): Promise<number> {
    return inTenant(this.pool, tenantId, async (client) => {
      const { rows } = await client.query<{ seq: string }>({
        name: 'sse-first-since',
        text: `SELECT sse.first_since($2, b.floor, b.head) AS seq FROM (${BOUNDS}) b`,
        values: [tenantId, since],
      });
      return Number(rows[0]?.seq);
    });
  }
}

function toEvent(tenantId: TenantId, row: LogRow): LoggedEvent {
  return {
    tenantId,
    seq: Number(row.seq),
    audience: row.audience,
    recipients: row.recipients === null ? null : row.recipients.map(asUserId),
    type: row.type,
    payload: row.payload,
    createdAt: row.created_at,
    ...(row.traceparent === null ? {} : { traceparent: row.traceparent }),
  };
}
