import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensureRoles, migrate as migratePackages, migrationSql, migrationStatus } from '@nest-herald/migrations';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { migrate } from '../../src/database/migrate.js';
import { startDatabase } from '../../src/database/running-database.js';
import { schemaText } from '../support/schema-text.js';
import { asRole, createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { databaseUrl } from '../support/test-server.js';

const { version: VERSION } = JSON.parse(
  readFileSync(new URL('../../migrations/package.json', import.meta.url), 'utf8'),
) as { version: string };
const SCHEMA_FILE = new URL('../../migrations/schema.sql', import.meta.url);

let database: TestDatabase;
let admin: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});

afterAll(async () => {
  await admin.end();
  await database.drop();
});

/** A database and a login for one test, removed with it. */
async function withDatabase<T>(
  { login, isMigrated = false }: { readonly login?: string; readonly isMigrated?: boolean },
  work: (url: string, client: pg.Client) => Promise<T>,
): Promise<T> {
  const name = `empty_${database.name}`;
  await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(databaseUrl(database.url, name));
  if (login !== undefined) {
    await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret' ${login}`);
    if (/CREATEROLE/.test(login)) await admin.query(`ALTER DATABASE ${name} OWNER TO ${name}`);
    url.username = name;
    url.password = 'secret';
  }
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    if (isMigrated) await migrate(url.href);
    return await work(url.href, client);
  } finally {
    await client.end();
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    if (login !== undefined) await admin.query(`DROP ROLE ${name}`);
  }
}

/** Every file that a fresh database gets. */
async function allFiles(): Promise<readonly string[]> {
  const { rows } = await admin.query<{ path: string }>(
    `SELECT package || '/' || name AS path FROM herald.schema_history ORDER BY 1`,
  );
  return rows.map((row) => row.path);
}

/** Every column of the history. */
async function historyOf(client: pg.Client): Promise<readonly object[]> {
  return (await client.query<object>('SELECT * FROM herald.schema_history ORDER BY package, name')).rows;
}

/** Makes the history say that a file ran with another text. */
function forget(client: pg.Client, owner: string, name: string) {
  return client.query(`UPDATE herald.schema_history SET checksum = 'another' WHERE package = $1 AND name = $2`, [
    owner,
    name,
  ]);
}

describe('The schema', () => {
  it('is the one that migrations/schema.sql shows', async () => {
    const text = await schemaText(admin);
    if (process.env.UPDATE_SCHEMA === '1') writeFileSync(SCHEMA_FILE, text);
    expect(readFileSync(SCHEMA_FILE, 'utf8')).toBe(text);
  });

  it('has valid bodies in all functions', async () => {
    // Migrations create functions without this check, because they call each other.
    const { rows } = await admin.query<{ definition: string; owner: string }>(`
      SELECT pg_get_functiondef(p.oid) AS definition, proowner::regrole::text AS owner FROM pg_proc p
      WHERE pronamespace::regnamespace::text IN ('sse', 'herald') AND prokind = 'f'`);
    expect(rows.length).toBeGreaterThan(40);
    await admin.query('BEGIN; GRANT CREATE ON SCHEMA sse, herald TO herald_system');
    for (const { definition, owner } of rows) await admin.query(`SET LOCAL ROLE ${owner}; ${definition}`);
    await admin.query('ROLLBACK');
  });
});

describe('Migrating', () => {
  it('does nothing when the database is up to date', async () => {
    expect(await migrate(database.url)).toEqual({ ran: [], converted: false, ahead: [] });
    expect(await migrationStatus(database.url)).toEqual({ pending: [], differing: [], ahead: [] });
  });

  it('runs each file once when many processes start at the same moment', async () => {
    await withDatabase({}, async (url) => {
      const reports = await Promise.all(Array.from({ length: 4 }, () => migrate(url)));
      expect(reports.flatMap((report) => report.ran).sort()).toEqual(await allFiles());
    });
  });

  it('runs each file once where the database has strict defaults', async () => {
    await withDatabase({}, async (url) => {
      const name = new URL(url).pathname.slice(1);
      await admin.query(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`);
      await admin.query(`ALTER DATABASE ${name} SET lock_timeout = '50ms'`);
      await admin.query(`ALTER DATABASE ${name} SET statement_timeout = '150ms'`);
      const holder = new pg.Client({ connectionString: url });
      await holder.connect();
      await holder.query('SELECT pg_advisory_lock(114849008346212)');
      const starts = Promise.all(Array.from({ length: 3 }, () => migrate(url)));
      await Promise.race([starts, new Promise((resolve) => setTimeout(resolve, 1_000))]);
      await holder.end();
      expect((await starts).flatMap((report) => report.ran).sort()).toEqual(await allFiles());
    });
  });

  it('fails, and the process goes on, where the connection of a pool breaks', async () => {
    await withDatabase({}, async (url) => {
      const holder = new pg.Client({ connectionString: url });
      await holder.connect();
      await holder.query('SELECT pg_advisory_lock(114849008346212)');
      const pool = new pg.Pool({ connectionString: url, application_name: 'herald-broken' });
      pool.on('error', () => undefined);
      const outcome = expect(migratePackages(pool)).rejects.toThrow(/terminat/);
      const waiting = `FROM pg_stat_activity WHERE application_name = 'herald-broken' AND wait_event = 'advisory'`;
      while ((await admin.query(`SELECT pg_terminate_backend(pid) ${waiting}`)).rowCount === 0);
      await outcome;
      // The connection reports its end after the statement has failed.
      await new Promise((resolve) => setTimeout(resolve, 100));
      await holder.end();
      expect((await migratePackages(pool)).ran).toHaveLength((await allFiles()).length);
      await pool.end();
    });
  });

  it('migrates the chosen packages and what they need, over a data source, a pool or a URL', async () => {
    await withDatabase({}, async (url, client) => {
      const dataSource = await new DataSource({ type: 'postgres', url: asRole(url, 'herald_app') }).initialize();
      const { ran } = await migratePackages(dataSource, { packages: ['sse'] });
      // The pool got its connection back in the role with which it was opened.
      expect(await dataSource.query('SELECT current_user::text AS role')).toEqual([{ role: 'herald_app' }]);
      await dataSource.destroy();
      expect(ran[0]).toBe('sse/0001-baseline.sql');
      expect(ran.every((path) => path.startsWith('sse/'))).toBe(true);

      const pool = new pg.Pool({ connectionString: url });
      const later = await migratePackages(pool, { packages: ['notifications'] });
      await pool.end();
      expect(later.ran.filter((path) => path.endsWith('-baseline.sql'))).toEqual([
        'platform/0001-baseline.sql',
        'directory/0001-baseline.sql',
        'notifications/0001-baseline.sql',
      ]);

      expect(await migrationStatus(asRole(url, 'herald_app'))).toMatchObject({
        pending: ['approvals/0001-baseline.sql', 'demo/0001-baseline.sql'],
      });
      await migratePackages(url);
      expect(await schemaText(client)).toBe(await schemaText(admin));
      // @ts-expect-error -- no such package
      await expect(migratePackages(client, { packages: ['ssee'] })).rejects.toThrow(/"ssee".*sse, platform/);
    });
  });

  it('prints a script after which nothing is left to do', async () => {
    await withDatabase({}, async (url, client) => {
      await ensureRoles(client);
      const script = await migrationSql(client);
      expect(await migrationSql(client)).toBe(script);
      await client.query(script);
      expect(await migrate(url)).toEqual({ ran: [], converted: false, ahead: [] });
      expect(await schemaText(client)).toBe(await schemaText(admin));
    });
  });

  it('replaces a function whose file differs', async () => {
    await withDatabase({ isMigrated: true }, async (url, client) => {
      const before = await schemaText(client);
      await client.query(`SET ROLE herald_owner; GRANT CREATE ON SCHEMA sse TO herald_system; SET ROLE herald_system;
        CREATE OR REPLACE FUNCTION sse.log_id() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid';
        SET ROLE herald_owner; REVOKE CREATE ON SCHEMA sse FROM herald_system; RESET ROLE`);
      expect(await schemaText(client)).not.toBe(before);
      await forget(client, 'sse', 'functions/log_id.sql');
      expect((await migrationStatus(client)).differing).toEqual(['sse/functions/log_id.sql']);
      expect(await migrate(url)).toEqual({ ran: ['sse/functions/log_id.sql'], converted: false, ahead: [] });
      expect(await schemaText(client)).toBe(before);
    });
  });

  it('refuses a numbered file that changed after it ran', async () => {
    await withDatabase({ isMigrated: true }, async (url, client) => {
      await forget(client, 'platform', '0001-baseline.sql');
      await expect(migrate(url)).rejects.toMatchObject({
        code: 'ERR_MIGRATION_FILE_CHANGED',
        exitCode: 78,
        message: expect.stringMatching(/^platform\/0001-baseline\.sql changed.*new numbered file/),
      });
    });
  });

  it.each([
    ['other parameter types', 'CREATE FUNCTION sse.log_id(text) RETURNS uuid LANGUAGE sql AS $$SELECT NULL::uuid$$'],
    [
      'another result',
      'DROP FUNCTION sse.log_id(); CREATE FUNCTION sse.log_id() RETURNS text LANGUAGE sql AS $$SELECT $$',
    ],
  ])('refuses a function that exists with %s, and changes nothing', async (_, sql) => {
    await withDatabase({ isMigrated: true }, async (url, client) => {
      await client.query(`SET check_function_bodies = off; ${sql}`);
      if (/text LANGUAGE/.test(sql)) await client.query('ALTER FUNCTION sse.log_id() OWNER TO herald_system');
      await forget(client, 'sse', 'functions/log_id.sql');
      const before = await schemaText(client);
      await expect(migrate(url)).rejects.toMatchObject({
        code: 'ERR_MIGRATION_SIGNATURE_CHANGED',
        exitCode: 78,
        message: expect.stringMatching(/log_id.*signature.*numbered file/),
      });
      expect(await schemaText(client)).toBe(before);
      expect((await migrationStatus(client)).differing).toEqual(['sse/functions/log_id.sql']);
    });
  });

  it('leaves a database alone in which a newer version replaced a function, and says so', async () => {
    await withDatabase({ isMigrated: true }, async (url, client) => {
      await client.query(`UPDATE herald.schema_history SET version = '999.0.0' WHERE package = 'sse'`);
      await forget(client, 'sse', 'functions/log_id.sql');
      await forget(client, 'approvals', 'functions/apv_keep_published.sql');
      const before = await historyOf(client);
      const notices: string[] = [];
      await startDatabase({ databaseUrl: url, dataDir: '' }, (text) => notices.push(text));
      expect(notices).toEqual([
        'A newer version of Nest Herald has migrated the database (sse 999.0.0), so this version did not change it.',
      ]);
      expect(await historyOf(client)).toEqual(before);
      expect(await migrationStatus(client)).toEqual({ pending: [], differing: [], ahead: ['sse 999.0.0'] });
      // Packages that the newer version did not migrate are not affected.
      expect(await migratePackages(url, { packages: ['demo'] })).toEqual({ ran: [], converted: false, ahead: [] });
    });
  });

  it('records its version, also where no file differs from the older version', async () => {
    await withDatabase({ isMigrated: true }, async (url, client) => {
      const versions = async () =>
        (await client.query<{ version: string }>('SELECT DISTINCT version FROM herald.schema_history')).rows;
      expect(await versions()).toEqual([{ version: VERSION }]);
      await client.query(`UPDATE herald.schema_history SET version = '0.0.9'`);
      expect(await migrate(url)).toEqual({ ran: [], converted: false, ahead: [] });
      expect(await versions()).toEqual([{ version: VERSION }]);
    });
  });

  it('adds the column of the version to a history without it', async () => {
    await withDatabase({ isMigrated: true }, async (url, client) => {
      const before = await schemaText(client);
      await client.query('ALTER TABLE herald.schema_history DROP COLUMN version');
      expect(await migrationStatus(asRole(url, 'herald_app'))).toEqual({ pending: [], differing: [], ahead: [] });
      const script = await migrationSql(client);
      expect(await migrate(url)).toEqual({ ran: [], converted: false, ahead: [] });
      expect(await schemaText(client)).toBe(before);
      await client.query('ALTER TABLE herald.schema_history DROP COLUMN version');
      await client.query(script);
      expect(await schemaText(client)).toBe(before);
    });
  });

  it('leaves a database alone that has numbered files of a newer version', async () => {
    await withDatabase({ isMigrated: true }, async (url, client) => {
      await client.query(`INSERT INTO herald.schema_history VALUES ('sse', '0002-later.sql', 'x')`);
      await forget(client, 'sse', 'functions/log_id.sql');
      expect(await migrate(url)).toEqual({ ran: [], converted: false, ahead: ['sse/0002-later.sql'] });
      expect(await migrationStatus(client)).toEqual({ pending: [], differing: [], ahead: ['sse/0002-later.sql'] });
    });
  });

  it('refuses tables without a history', async () => {
    await withDatabase({ isMigrated: true }, async (url, client) => {
      await client.query('DROP TABLE herald.schema_history');
      await expect(migrate(url)).rejects.toMatchObject({ code: 'ERR_MIGRATION_UNKNOWN_HISTORY', exitCode: 78 });
    });
  });
});

describe('The roles', () => {
  it('are created and used by a login that is no superuser but may create roles and owns the database', async () => {
    await withDatabase({ login: 'CREATEROLE' }, async (url, client) => {
      const { rows: before } = await client.query<{ n: number }>('SELECT current_setting($1)::int AS n', [
        'server_version_num',
      ]);
      // Before PostgreSQL 16 CREATEROLE may grant any role; since then only roles that it got with ADMIN OPTION.
      if ((before[0]?.n ?? 0) >= 160_000) {
        await admin.query(`GRANT herald_owner, herald_app, herald_system TO empty_${database.name} WITH ADMIN OPTION`);
      }
      expect((await migrate(url)).ran).toHaveLength((await allFiles()).length);
      const app = new pg.Client({ connectionString: url, options: '-c role=herald_app' });
      await app.connect();
      const { rows } = await app.query(
        'SELECT current_user::text AS role, (SELECT count(*)::int FROM sse.event_log) AS n',
      );
      await app.end();
      expect(rows).toEqual([{ role: 'herald_app', n: 0 }]);
    });
  });

  it('that cannot be created end in an error with the SQL for the administrator', async () => {
    await withDatabase({ login: 'NOCREATEROLE' }, async (url, client) => {
      const login = new URL(url).username;
      await expect(migrate(url)).rejects.toMatchObject({
        code: 'ERR_HERALD_ROLES',
        exitCode: 78,
        message: expect.stringMatching(/administrator[\s\S]*GRANT herald_owner TO/),
        sql: expect.stringContaining(`GRANT herald_app TO "${login}"`),
      });
      // The same on a connection of the caller, which keeps the role that it had.
      await expect(ensureRoles(client)).rejects.toMatchObject({ code: 'ERR_HERALD_ROLES' });
      const { rows } = await client.query('SELECT current_user = session_user AS same');
      expect(rows).toEqual([{ same: true }]);
    });
  });

  it('are complete after exactly that SQL', async () => {
    await withDatabase({ login: 'NOCREATEROLE' }, async (url) => {
      const refusal = await migrate(url).then(
        () => null,
        (error: { sql: string }) => error,
      );
      const asAdmin = new pg.Client({ connectionString: databaseUrl(database.url, new URL(url).pathname.slice(1)) });
      await asAdmin.connect();
      await asAdmin.query(refusal?.sql ?? '');
      await asAdmin.end();
      expect((await migrate(url)).ran).toHaveLength((await allFiles()).length);
    });
  });

  it('are created once when many databases of the cluster are set up at the same moment', async () => {
    await withDatabase({}, async (url) => {
      const clients = Array.from({ length: 6 }, () => new pg.Client({ connectionString: url }));
      await Promise.all(clients.map((client) => client.connect()));
      await Promise.all(clients.map((client) => ensureRoles(client)));
      await Promise.all(clients.map((client) => client.end()));
    });
  });
});
