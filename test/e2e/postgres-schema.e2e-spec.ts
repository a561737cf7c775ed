import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allMigrations, ensureRoles, platformMigrations, sseMigrations } from '@nest-herald/migrations';
import pg from 'pg';
import { migrate, migrationDataSource } from '../../src/database/migrate.js';
import { schemaText } from '../support/schema-text.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { databaseUrl } from '../support/test-server.js';

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

/** An empty database and a login, made for one test and removed with it. */
async function withEmptyDatabase<T>(
  login: string | null,
  work: (url: string, client: pg.Client) => Promise<T>,
): Promise<T> {
  const name = `${database.name}_empty`;
  await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  const url = new URL(databaseUrl(database.url, name));
  if (login !== null) {
    await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret' ${login}`);
    if (/CREATEROLE/.test(login)) await admin.query(`ALTER DATABASE ${name} OWNER TO ${name}`);
    url.username = name;
    url.password = 'secret';
  }
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    return await work(url.href, client);
  } finally {
    await client.end();
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    if (login !== null) await admin.query(`DROP ROLE ${name}`);
  }
}

describe('migrations', () => {
  it('leave the schema that migrations/schema.sql shows', async () => {
    const text = await schemaText(admin);
    if (process.env.UPDATE_SCHEMA === '1') writeFileSync(SCHEMA_FILE, text);
    expect(readFileSync(SCHEMA_FILE, 'utf8')).toBe(text);
  });

  it('do nothing where everything ran already', async () => {
    expect(await migrate(database.url)).toEqual({ ran: [] });
  });

  it('go all the way down and up again to the same schema', async () => {
    await withEmptyDatabase(null, async (url, client) => {
      await migrate(url);
      const before = await schemaText(client);
      const source = await migrationDataSource(url, allMigrations).initialize();
      for (const _ of allMigrations) await source.undoLastMigration({ transaction: 'each' });
      await source.destroy();
      const { rows } =
        await client.query(`SELECT c.oid::regclass::text AS left FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE nspname IN ('sse', 'herald') AND relkind IN ('r', 'p', 'v') AND relname <> 'migration'
        UNION ALL SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE nspname IN ('sse', 'herald')`);
      expect(rows).toEqual([]);
      expect((await migrate(url)).ran).toHaveLength(allMigrations.length);
      expect(await schemaText(client)).toBe(before);
    });
  });

  it('run once when many processes start at the same moment', async () => {
    await withEmptyDatabase(null, async (url) => {
      const reports = await Promise.all(Array.from({ length: 4 }, () => migrate(url)));
      expect(reports.flatMap((report) => report.ran)).toHaveLength(allMigrations.length);
    });
  });

  it('are numbered without gaps in their names, in the order of the list', () => {
    const names = allMigrations.map((migration) => new migration().name);
    const numbers = names.map((name) => Number(name.slice(-13)));
    expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(names.every((name) => /^[A-Z][A-Za-z]+170000000\d{4}$/.test(name))).toBe(true);
    expect(allMigrations).toEqual(expect.arrayContaining([...sseMigrations, ...platformMigrations]));
  });
});

describe('roles', () => {
  it('are made and used by a login that is no superuser but may create roles and owns the database', async () => {
    await withEmptyDatabase('CREATEROLE', async (url, client) => {
      const { rows: before } = await client.query<{ n: number }>('SELECT current_setting($1)::int AS n', [
        'server_version_num',
      ]);
      // Before PostgreSQL 16 CREATEROLE may grant any role; since then only roles that it was given with ADMIN OPTION.
      if ((before[0]?.n ?? 0) >= 160_000) {
        await admin.query(`GRANT herald_owner, herald_app, herald_system TO ${database.name}_empty WITH ADMIN OPTION`);
      }
      expect((await migrate(url)).ran).toHaveLength(allMigrations.length);
      const app = new pg.Client({ connectionString: url, options: '-c role=herald_app' });
      await app.connect();
      const { rows } = await app.query(
        'SELECT current_user::text AS who, (SELECT count(*)::int FROM sse.event_log) AS n',
      );
      await app.end();
      expect(rows).toEqual([{ who: 'herald_app', n: 0 }]);
    });
  });

  it('that cannot be made end in an error with the SQL for the administrator', async () => {
    await withEmptyDatabase('NOCREATEROLE', async (url, client) => {
      const login = new URL(url).username;
      await expect(migrate(url)).rejects.toMatchObject({
        code: 'ERR_HERALD_ROLES',
        exitCode: 78,
        message: expect.stringMatching(/administrator[\s\S]*GRANT herald_owner TO/),
        sql: expect.stringContaining(`GRANT herald_app TO "${login}"`),
      });
      const { rows } = await client.query('SELECT current_user = session_user AS same');
      expect(rows).toEqual([{ same: true }]);
    });
  });

  it('are set up for good by exactly that SQL', async () => {
    await withEmptyDatabase('NOCREATEROLE', async (url) => {
      const refusal = await migrate(url).then(
        () => null,
        (error: { sql: string }) => error,
      );
      const asAdmin = new pg.Client({ connectionString: databaseUrl(database.url, new URL(url).pathname.slice(1)) });
      await asAdmin.connect();
      await asAdmin.query(refusal?.sql ?? '');
      await asAdmin.end();
      expect((await migrate(url)).ran).toHaveLength(allMigrations.length);
    });
  });

  it('are made once when many databases of the cluster are set up at the same moment', async () => {
    await withEmptyDatabase(null, async (url) => {
      const clients = Array.from({ length: 6 }, () => new pg.Client({ connectionString: url }));
      await Promise.all(clients.map((client) => client.connect()));
      await Promise.all(clients.map((client) => ensureRoles(client)));
      await Promise.all(clients.map((client) => client.end()));
    });
  });
});
