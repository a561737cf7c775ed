import { createHash } from 'node:crypto';
import type { HistoryEntry } from './checker/records.js';
import type { PostgresServer } from './cluster/postgres-server.js';

/** The whole event log of a tenant, read as the superuser. */
export async function historyOf(postgres: PostgresServer, database: string, tenant: string): Promise<HistoryEntry[]> {
  const rows = await postgres.query<Omit<HistoryEntry, 'seq'> & { seq: string }>(
    database,
    'SELECT seq, payload AS key, type, audience, recipients FROM sse.event_log WHERE tenant_id = $1 ORDER BY seq',
    [tenant],
  );
  return rows.map((row) => ({ ...row, seq: Number(row.seq) }));
}

/** The id of the log, from which all epochs are derived. */
export async function logIdOf(postgres: PostgresServer, database: string): Promise<string> {
  const [row] = await postgres.query<{ log_id: string }>(database, 'SELECT log_id FROM sse.log_identity');
  return row?.log_id ?? '';
}

/** The epoch of a position (PROTOCOL P3), computed independently of the product. */
export function epochOf(logId: string, tenant: string): string {
  const hash = createHash('sha256').update(logId).update(tenant).digest('hex');
  return BigInt(`0x${hash}`).toString(36).padStart(50, '0').slice(0, 8);
}
