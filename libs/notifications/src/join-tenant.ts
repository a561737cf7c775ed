import { asTenantId, SseError } from '@nest-herald/sse';
import type { EntityManager } from 'typeorm';

/**
 * Ties the caller's open transaction to a tenant, so that row-level security lets it write that tenant's rows and no
 * others. In a transaction of `TenantTransaction.run` this changes nothing; in a host's own one it lasts until its end.
 *
 * @throws SseError `ERR_SSE_NO_TRANSACTION` without an open transaction: rows and events would not share one fate;
 * `ERR_SSE_TENANT_MISMATCH` when the transaction belongs to another tenant already.
 */
export async function joinTenant(manager: EntityManager, tenantId: string): Promise<void> {
  if (manager.queryRunner?.isTransactionActive !== true) {
    throw new SseError(
      'ERR_SSE_NO_TRANSACTION',
      'A notification is sent inside a transaction: pass the manager of dataSource.transaction(…) or of ' +
        'TenantTransaction.run(…), or use sendNow(…), which opens one.',
    );
  }
  const tenant = asTenantId(tenantId);
  const rows: { tenant: string | null }[] = await manager.query(
    `select case when coalesce(current_setting('herald.tenant_id', true), '') in ('', $1)
       then set_config('herald.tenant_id', $1, true) end as tenant`,
    [tenant],
  );
  if (rows[0]?.tenant !== tenant) {
    throw new SseError(
      'ERR_SSE_TENANT_MISMATCH',
      `This transaction belongs to another tenant than ${JSON.stringify(tenant)}: one transaction writes for one tenant.`,
    );
  }
}
