import { allMigrations, ensureRoles } from '@nest-herald/migrations';
import pg from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import { DatabaseError } from './database-error.js';

/** Advisory lock that lets one starting process at a time migrate a database; "herald" in ASCII. */
const MIGRATION_LOCK = '114849008346212';

/** What {@link migrate} did. */
export interface MigrationReport {
  /** Names of the migrations that ran now, in order; empty when the database was up to date. */
  readonly ran: readonly string[];
}

/**
 * Creates the roles and runs what is pending of `migrations`, as `herald_owner`. Any number of processes may call it at once.
 *
 * @param url login that may create roles, or that an administrator prepared with the SQL of `RoleSetupError`.
 * @throws RoleSetupError when the roles are missing and the login may not create them.
 * @throws DatabaseError `ERR_DATABASE_UNREACHABLE` when nobody answers.
 */
export async function migrate(
  url: string,
  migrations: readonly (new () => MigrationInterface)[] = allMigrations,
): Promise<MigrationReport> {
  const gate = new pg.Client({ connectionString: url, application_name: 'herald-migrate' });
  gate.on('error', () => undefined);
  try {
    await gate.connect();
  } catch (cause) {
    throw unreachable(url, cause);
  }
  try {
    await gate.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
    await ensureRoles(gate);
    return await runMigrations(url, migrations);
  } finally {
    // Ends the session and with it the lock.
    await gate.end();
  }
}

/** A data source that migrates as `herald_owner`; also what reverts. */
export function migrationDataSource(url: string, migrations: readonly (new () => MigrationInterface)[]): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    schema: 'herald',
    migrationsTableName: 'migration',
    migrations: [...migrations],
    poolSize: 1,
    extra: { options: '-c role=herald_owner -c lock_timeout=10s' },
  });
}

async function runMigrations(
  url: string,
  migrations: readonly (new () => MigrationInterface)[],
): Promise<MigrationReport> {
  const dataSource = await migrationDataSource(url, migrations).initialize();
  try {
    const done = await dataSource.runMigrations({ transaction: 'each' });
    // Readiness looks, as herald_app, whether the database still has every migration; the names are no secret.
    await dataSource.query('GRANT SELECT ON herald.migration TO herald_app');
    return { ran: done.map((migration) => migration.name) };
  } finally {
    await dataSource.destroy();
  }
}

function unreachable(url: string, cause: unknown): DatabaseError {
  const { host, pathname } = new URL(url);
  return new DatabaseError(
    'ERR_DATABASE_UNREACHABLE',
    `No PostgreSQL for ${host}${pathname}: ${cause instanceof Error ? cause.message : String(cause)}. ` +
      'Check DATABASE_URL (and DATABASE_MIGRATION_URL), and that the server accepts this login.',
    { cause },
  );
}
