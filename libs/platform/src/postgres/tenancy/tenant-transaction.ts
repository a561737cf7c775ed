import type { FactoryProvider, InjectionToken } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { asTenantId, type TenantId } from '../../identity/principal.js';

/** Longest wait for a lock. Then a statement fails with SQLSTATE 55P03, which is answered as 503 `busy`. */
const LOCK_TIMEOUT = '3s';

/**
 * The only access of requests to tenants' tables: one transaction that row-level security binds to one tenant.
 *
 * Without it, repositories read and write no rows. The binding ends with the transaction (`set_config(…, true)`), so a pooled
 * connection never keeps it. Calls do not nest: an inner `run` is another transaction on another connection.
 */
export class TenantTransaction {
  /**
   * This class as a provider of a Nest module.
   * @param dataSource injection token of the data source: `DataSource`, or `getDataSourceToken('name')`.
   */
  static from(dataSource: InjectionToken): FactoryProvider<TenantTransaction> {
    return {
      provide: TenantTransaction,
      inject: [dataSource],
      useFactory: (source: DataSource) => new TenantTransaction(source),
    };
  }

  constructor(private readonly dataSource: DataSource) {}

  /**
   * Commits when `work` resolves, rolls back when it rejects.
   *
   * @param tenantId from a verified token, never from a request field.
   * @param work must use `manager` for every statement, and must not keep it after it resolves.
   */
  run<T>(tenantId: TenantId, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const tenant = asTenantId(tenantId);
    return this.dataSource.transaction(async (manager) => {
      await manager.query(
        `SELECT set_config('herald.tenant_id', $1, true), set_config('lock_timeout', '${LOCK_TIMEOUT}', true)`,
        [tenant],
      );
      return work(manager);
    });
  }
}
