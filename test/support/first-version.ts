import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { ensureRoles } from '@nest-herald/migrations';
import pg from 'pg';
import { databaseUrl } from './test-server.js';

/** What is in the fixture of version 0.1.0; see test/fixtures/README.md. */
export interface FirstVersion {
  readonly xid: number;
  readonly logId: string;
  readonly client: { readonly userId: string; readonly lastEventId: string; readonly missed: readonly string[] };
  readonly waiting: { readonly type: string; readonly count: number };
  readonly running: {
    readonly instanceId: string;
    readonly tasks: readonly { readonly taskId: string; readonly userId: string }[];
  };
  readonly statuses: readonly { readonly tenant_id: string; readonly status: string; readonly n: number }[];
  readonly counts: Readonly<Record<string, number>>;
  readonly chains: readonly {
    readonly tenantId: string;
    readonly instanceId: string;
    readonly rows: number;
    readonly lastHash: string;
  }[];
}

const FIXTURES = new URL('../fixtures/', import.meta.url);

export const FIRST_VERSION = JSON.parse(readFileSync(new URL('0.1.0.json', FIXTURES), 'utf8')) as FirstVersion;

/** Names of tables that the fixture has, with the number of rows of each. */
export async function countRows(client: pg.Client): Promise<Readonly<Record<string, number>>> {
  const tables = Object.keys(FIRST_VERSION.counts);
  const counts = tables.map((table) => `SELECT '${table}' AS name, count(*)::int AS n FROM ${table}`);
  const { rows } = await client.query<{ name: string; n: number }>(counts.join(' UNION ALL '));
  return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
}

/** A new database of the test server, as version 0.1.0 left it. */
export async function createFirstVersionDatabase(): Promise<{ readonly url: string; drop(): Promise<void> }> {
  const serverUrl = process.env.HERALD_TEST_SERVER_URL ?? '';
  const name = `herald_first_${randomBytes(6).toString('hex')}`;
  await withClient(serverUrl, (admin) => admin.query(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`));
  const url = databaseUrl(serverUrl, name);
  await restoreFirstVersion(url);
  return {
    url,
    drop: async () => {
      await withClient(serverUrl, (admin) => admin.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

/**
 * Restores the fixture into an empty database as if it had always been there: an upgrade in place keeps what a copy to
 * another server would change.
 *
 * @param url login of a superuser.
 */
export async function restoreFirstVersion(url: string): Promise<void> {
  await withClient(url, async (client) => {
    await ensureRoles(client);
    await client.query('DROP SCHEMA herald');
    await client.query(gunzipSync(readFileSync(new URL('0.1.0.sql.gz', FIXTURES))).toString());
  });
  await withClient(url, async (client) => {
    // Another cluster or other tables would give the log a new epoch.
    await client.query(`UPDATE sse.log_identity SET system_identifier = (SELECT system_identifier FROM pg_control_system()),
      timeline = ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::integer,
      database_oid = (SELECT oid FROM pg_database WHERE datname = current_database()), table_oid = 'sse.event_log'::regclass`);
    // Rows name transactions, so this server must have counted past them.
    await client.query(`DO $$ BEGIN
      WHILE pg_current_xact_id()::text::bigint <= ${FIRST_VERSION.xid} LOOP COMMIT; END LOOP; END $$`);
    // The log is kept for seven days.
    await client.query(`CREATE TEMP TABLE moved AS SELECT * FROM sse.event_log;
      DELETE FROM sse.event_log;
      INSERT INTO sse.event_log
      SELECT tenant_id, seq, audience, recipients, type, payload, traceparent,
        created_at + (clock_timestamp() - (SELECT max(created_at) FROM moved)), (clock_timestamp() AT TIME ZONE 'UTC')::date
      FROM moved`);
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'herald-test-fixture' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
