import { inspectRole, outliveBrokenConnection, withRole } from '@nest-herald/platform/postgres';
import type { DataSourceOptions, EntitySchema, MixedList } from 'typeorm';
import pg from 'pg';
import { DatabaseError } from './database-error.js';

/** Options of the data source for requests. */
export interface AppDataSourceOptions {
  /** Any login that may take the role `herald_app`. */
  readonly url: string;
  readonly entities?: MixedList<string | EntitySchema | (new () => unknown)>;
  /** Maximum number of connections. @defaultValue 10 */
  readonly poolSize?: number;
}

/** Options of the TypeORM data source. Each of its connections has the role `herald_app` from its start. */
export function appDataSourceOptions(options: AppDataSourceOptions): DataSourceOptions {
  return {
    type: 'postgres',
    url: withRole(options.url),
    applicationName: 'herald',
    poolSize: options.poolSize ?? 10,
    ...(options.entities === undefined
      ? {}
      : { entities: options.entities as NonNullable<DataSourceOptions['entities']> }),
    extra: {
      // A request that waits longer for a connection fails, so that waiting requests do not accumulate.
      connectionTimeoutMillis: 5_000,
      idle_in_transaction_session_timeout: 30_000,
      onConnect: outliveBrokenConnection,
    },
  };
}

/**
 * Refuses a role that row-level security does not bind: superuser, BYPASSRLS, owner of a tenant's table.
 *
 * @param url the URL of connections for requests, after {@link withRole}.
 * @throws DatabaseError `ERR_DATABASE_UNSAFE_ROLE`, `ERR_DATABASE_UNREACHABLE`; both end the process with code 78.
 */
export async function refuseUnsafeRole(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, application_name: 'herald-role-check' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { fatal, warnings } = await inspectRole(client);
    const faults = [...fatal, ...warnings];
    if (faults.length > 0) {
      throw new DatabaseError('ERR_DATABASE_UNSAFE_ROLE', `Refusing to serve requests: ${faults.join(' ')}`);
    }
  } catch (error) {
    if (error instanceof DatabaseError) throw error;
    throw unreachable(url, error);
  } finally {
    await client.end();
  }
}

function unreachable(url: string, cause: unknown): DatabaseError {
  const { username, host } = new URL(url);
  const reason = cause instanceof Error ? cause.message : String(cause);
  const remedy = /role/.test(reason)
    ? `Let an administrator run: GRANT herald_app TO "${decodeURIComponent(username)}" (PostgreSQL 16 and newer: add WITH SET TRUE).`
    : 'Check DATABASE_URL.';
  return new DatabaseError('ERR_DATABASE_UNREACHABLE', `No connection to ${host} as herald_app: ${reason}. ${remedy}`, {
    cause,
  });
}
