import type { Backplane } from '@nest-herald/sse/spi';
import type { PostgresSse } from '@nest-herald/sse/postgres';
import { migrationStatus } from '@nest-herald/migrations';
import type { DataSource } from 'typeorm';
import type { CheckResult, ReadinessChecks } from '../health/readiness.js';

/** The readiness checks of this server, for the chosen engines. */
export function readinessChecks(parts: {
  readonly dataSource: DataSource;
  readonly postgres: PostgresSse;
  readonly backplane: Backplane;
}): ReadinessChecks {
  const { dataSource, postgres, backplane } = parts;
  return {
    database: async () => {
      await dataSource.query('SELECT 1');
      return { ok: true };
    },
    migrations: () => pendingMigrations(dataSource),
    sequencer: () => postgres.eventLog.health(),
    backplane: () =>
      Promise.resolve(backplane.isConnected() ? { ok: true } : { ok: false, detail: 'it is not connected' }),
  };
}

/** The start migrates the database. This check detects one that was restored from an older backup since. */
async function pendingMigrations(dataSource: DataSource): Promise<CheckResult> {
  const { pending } = await migrationStatus(dataSource);
  return pending.length === 0 ? { ok: true } : { ok: false, detail: `pending: ${pending.join(', ')}` };
}
