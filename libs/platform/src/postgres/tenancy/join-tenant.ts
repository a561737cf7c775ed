import type { EntityManager } from 'typeorm';
import { PlatformError } from '../../errors/platform.errors.js';
import { asTenantId } from '../../identity/principal.js';
import { failedTransaction, joinTransaction } from './open-transaction.js';

/**
 * Binds the caller's open transaction to a tenant, so that row-level security allows that tenant's rows and no others. In a
 * transaction of `TenantTransaction.run` this changes nothing. In a host's own transaction it lasts until its end.
 *
 * @throws PlatformError `ERR_SSE_NO_TRANSACTION` without an open transaction, because rows and events would not commit
 * together, and in a failed transaction; `ERR_SSE_TENANT_MISMATCH` when it already belongs to another tenant.
 */
export async function joinTenant(manager: EntityManager, tenantId: string, call: string): Promise<void> {
  const transaction = joinTransaction(manager, call);
  const tenant = asTenantId(tenantId);
  const rows = await transaction
    .query(
      `select case when coalesce(current_setting('herald.tenant_id', true), '') in ('', $1)
       then set_config('herald.tenant_id', $1, true) end as tenant`,
      [tenant],
    )
    .catch((error: unknown) => {
      // TypeORM does not know that a statement has failed; PostgreSQL refuses the next one.
      throw (error as { code?: unknown }).code === '25P02' ? failedTransaction(call, error) : error;
    });
  if (rows[0]?.['tenant'] === tenant) return;
  throw new PlatformError(
    'ERR_SSE_TENANT_MISMATCH',
    `${call} was called for the tenant ${JSON.stringify(tenant)}, but its transaction belongs to another tenant. ` +
      'Use one transaction for each tenant.',
  );
}
