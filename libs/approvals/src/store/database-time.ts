import type { EntityManager } from 'typeorm';

/** The database's time in ISO 8601: one clock for all servers. */
export async function databaseTime(manager: EntityManager): Promise<string> {
  const rows: { now: Date }[] = await manager.query('select clock_timestamp() as now');
  const now = rows[0]?.now;
  if (now === undefined) throw new Error('The database returned no time.');
  return now.toISOString();
}
