import { join } from 'node:path';
import { withRole } from '@nest-herald/platform/postgres';
import pg from 'pg';
import type { DatabaseSettings } from './database.settings.js';
import { refuseUnsafeRole } from './data-source.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.js';
import { migrate } from './migrate.js';

/** A migrated database that is ready for requests. */
export interface RunningDatabase {
  /** Login for requests, with the role `herald_app`. */
  readonly appUrl: string;
  /** The same for LISTEN; a direct connection where a pooler is in use. */
  readonly listenUrl: string;
  /** SQL files that ran at this start. */
  readonly migrated: readonly string[];
  /** The built-in server, where it is used. */
  readonly embedded: EmbeddedPostgres | null;
}

/** Database of the service on the built-in server. */
const EMBEDDED_DATABASE = 'herald';

/**
 * Starts the built-in PostgreSQL unless a URL is set, creates roles, migrates, and checks the role of requests.
 *
 * @param notice receives what an operator should know, such as the path of the data.
 * @throws DatabaseError, RoleSetupError; no server is left running then.
 */
export async function startDatabase(
  settings: DatabaseSettings,
  notice: (text: string) => void = () => undefined,
): Promise<RunningDatabase> {
  const embedded =
    settings.databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataDir: join(settings.dataDir, 'database'), onNotice: notice })
      : null;
  try {
    const url = settings.databaseUrl ?? (await embeddedDatabase(embedded as EmbeddedPostgres));
    // The built-in database belongs to this service alone, so no other server can be using it.
    const convert = embedded !== null || settings.convert === true;
    const { ran, converted, ahead } = await migrate(settings.migrationUrl ?? url, { convert });
    if (converted) notice('The database of version 0.1.0 was converted.');
    if (ahead.length > 0) {
      notice(
        `A newer version of Nest Herald has migrated the database (${ahead.join(', ')}), so this version did not change it.`,
      );
    }
    const appUrl = withRole(url);
    await refuseUnsafeRole(appUrl);
    return { appUrl, listenUrl: withRole(settings.listenUrl ?? url), migrated: ran, embedded };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

async function embeddedDatabase(server: EmbeddedPostgres): Promise<string> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [EMBEDDED_DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${EMBEDDED_DATABASE}`);
  } finally {
    await client.end();
  }
  const url = new URL(server.url);
  url.pathname = `/${EMBEDDED_DATABASE}`;
  return url.href;
}
