import pg, { type Pool, type PoolClient } from 'pg';
import type { TenantId } from '../../identity/principal.js';

/**
 * Runs one short transaction of one tenant on a plain `pg` pool that uses `outliveBrokenConnection`. Row-level security shows
 * this tenant's rows and no others. The transaction ends before the connection returns to the pool, so no tenant stays set.
 */
export async function inTenant<T>(
  pool: Pool,
  tenantId: TenantId,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    // One round trip for both. `asTenantId` has checked the id; it is quoted as well.
    await client.query(`BEGIN; SELECT set_config('herald.tenant_id', ${pg.escapeLiteral(tenantId)}, true)`);
    try {
      const result = await work(client);
      await client.query('COMMIT');
      broken = false;
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      broken = false;
      throw error;
    }
  } finally {
    // A connection whose transaction did not end is closed, not reused.
    client.release(broken);
  }
}
