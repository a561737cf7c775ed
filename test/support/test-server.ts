import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { migrate } from '../../src/database/migrate.js';

/** Name of the migrated database that is the template of every test database. */
export const TEMPLATE_DATABASE = 'herald_template';

/** The PostgreSQL server of one test run. */
export interface TestServer {
  /** Superuser login, which `createTestDatabase` reads from `HERALD_TEST_SERVER_URL`. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the server of the whole run, or uses `TEST_DATABASE_URL` (a superuser login, for example of PostgreSQL 15), and
 * migrates the template once, so that each suite only copies it.
 */
export async function startTestServer(): Promise<TestServer> {
  const given = process.env.TEST_DATABASE_URL;
  const server = given ? null : await embedded();
  const url = given ?? (server as EmbeddedPostgres).url;
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    await admin.query(`DROP DATABASE IF EXISTS ${TEMPLATE_DATABASE} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${TEMPLATE_DATABASE} TEMPLATE template0 ENCODING 'UTF8'`);
    await migrate(databaseUrl(url, TEMPLATE_DATABASE));
  } finally {
    await admin.end();
  }
  return { url, stop: async () => server?.stop() };
}

/** The same login for another database of the server. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

function embedded(): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir: mkdtempSync(join(tmpdir(), 'herald-test-')), temporary: true });
}
