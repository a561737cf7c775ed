import type { FactoryProvider, InjectionToken } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { asTenantId, type TenantId } from '../../identity/principal.js';

/** How long a statement of a request waits for a lock before it fails with SQLSTATE 55P03 (answered as 503 `busy`). */
const LOCK_TIMEOUT = '3s';

/**
 * The only way for requests to tenants' tables: one transaction that is tied to one tenant by row-level security.
 *
 * Outside of it repositories see nothing and can write nothing. The tie ends with the transaction (`set_config(…, true)`), so a
 * pooled connection never carries it on. Calls do not nest: an inner `run` is another transaction on another connection.
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
   * @param work everything in it goes through `manager`; it must not keep the manager for later.
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
