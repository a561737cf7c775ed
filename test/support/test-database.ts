import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { databaseUrl, TEMPLATE_DATABASE } from './test-server.js';

/** A migrated, empty database for one suite. */
export interface TestDatabase {
  readonly name: string;
  /** Superuser login, as an operator would set in DATABASE_URL. */
  readonly url: string;
  /** The same login with `-c role=herald_app`, for raw SQL in the role of the application. */
  readonly appUrl: string;
  /**
   * Deletes the database.
   * @throws Error when connections are still open, because the suite leaks them.
   */
  drop(): Promise<void>;
}

/** Copies the migrated template in a fraction of a second. Call `drop` in `afterAll`, after closing all connections. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = process.env.HERALD_TEST_SERVER_URL;
  if (!serverUrl) throw new Error('There is no test server. Run the suite with Jest, whose global set-up starts it.');
  const name = `herald_test_${randomBytes(6).toString('hex')}`;
  await asAdmin(serverUrl, async (admin) => {
    // One copy at a time: CREATE DATABASE fails while another session copies the same template.
    await admin.query('SELECT pg_advisory_lock(4211)');
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE}`);
  });
  const url = databaseUrl(serverUrl, name);
  return { name, url, appUrl: asRole(url, 'herald_app'), drop: () => drop(serverUrl, name) };
}

/** Adds the role that every connection of this login switches to. */
export function asRole(url: string, role: string): string {
  const withRole = new URL(url);
  withRole.searchParams.set('options', `-c role=${role}`);
  return withRole.href;
}

async function drop(serverUrl: string, name: string): Promise<void> {
  const leaks = await asAdmin(serverUrl, async (admin) => {
    const open = await untilClosed(admin, name);
    await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    return open;
  });
  if (leaks.length > 0) throw new Error(`Connections left open to ${name}: ${leaks.join(' · ')}`);
}

/** PostgreSQL closes a connection slightly after its client. @returns the connections that stay open, as `application: query`. */
async function untilClosed(admin: pg.Client, name: string): Promise<string[]> {
  for (let attempt = 0; ; attempt++) {
    const { rows } = await admin.query<{ what: string }>(
      `SELECT application_name || ': ' || left(query, 120) AS what FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
      [name],
    );
    if (rows.length === 0 || attempt === 40) return rows.map((row) => row.what);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function asAdmin<T>(serverUrl: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: serverUrl, application_name: 'herald-test-admin' });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
