import {
  migrate as migrateDatabase,
  type MigrateOptions,
  MigrationError,
  type MigrationReport,
} from '@nest-herald/migrations';
import pg from 'pg';
import { DatabaseError } from './database-error.js';

/**
 * Creates the roles and migrates all packages. Any number of processes may call it at once.
 *
 * @param url login that may create roles, or that an administrator prepared with the SQL of `RoleSetupError`.
 * @throws RoleSetupError when the roles are missing and the login may not create them.
 * @throws DatabaseError `ERR_DATABASE_UNREACHABLE`; `ERR_DATABASE_NEEDS_CONVERSION` without `convert`.
 * @throws MigrationError when the history of the database is not one of this service.
 */
export async function migrate(
  url: string,
  { convert = false }: Pick<MigrateOptions, 'convert'> = {},
): Promise<MigrationReport> {
  const client = new pg.Client({ connectionString: url, application_name: 'herald-migrate' });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    throw unreachable(url, cause);
  }
  try {
    return await migrateDatabase(client, { convert });
  } catch (error) {
    if (error instanceof MigrationError && error.code === 'ERR_MIGRATION_NEEDS_CONVERSION')
      throw needsConversion(error);
    throw error;
  } finally {
    await client.end();
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

function needsConversion(cause: MigrationError): DatabaseError {
  return new DatabaseError(
    'ERR_DATABASE_NEEDS_CONVERSION',
    'The database is of version 0.1.0: back it up, stop the servers of that version, and start once with --convert or DATABASE_CONVERT=true.',
    { cause },
  );
}
