import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asTenantId } from '@nest-herald/platform';
import { TenantTransaction } from '@nest-herald/platform/postgres';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { appDataSourceOptions, refuseUnsafeRole } from '../../src/database/data-source.js';
import { type LogServer, startLogServer, stopLogServer } from '../support/log-server.js';
import { type CatalogTable, catalogTables, unprotected } from '../support/tenant-tables.js';
import { asRole, createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const tenants = ['acme', 'beta'].map(asTenantId);

let database: TestDatabase;
let admin: pg.Client;
let app: pg.Client;
let server: LogServer;
let tables: CatalogTable[];

/** Writes rows of both tenants into every tenant table as the superuser, to which no policy applies. */
async function fill(): Promise<void> {
  const soon = `clock_timestamp() + interval '1 hour'`;
  for (const tenant of tenants) {
    await admin.query(`
      INSERT INTO sse.outbox (shard, tenant_id, audience, type, payload) VALUES (99, '${tenant}', 'tenant', 'm', 'x');
      INSERT INTO sse.event_log_moving SELECT '${tenant}', 1, 'tenant', NULL, 'm', 'x', NULL, now(), current_date;
      INSERT INTO sse.set_aside VALUES ('${tenant}', 1, 'tenant', NULL, 'm', 'x', now());
      INSERT INTO sse.head VALUES ('${tenant}', 0, 0);
      INSERT INTO sse.dedupe VALUES ('${tenant}', 'k', ${soon});
      INSERT INTO sse.connection VALUES ('${tenant}', 'u', 'n.${tenant}', 'n', gen_random_uuid(), 'd', 'sse', NULL, '{}', now());
      INSERT INTO sse.last_seen VALUES ('${tenant}', 'u', now(), 1);
      INSERT INTO sse.ticket VALUES (sha256('${tenant}'), '${tenant}', '{}', NULL, ${soon});
      INSERT INTO sse.revocation (tenant_id, expires_at) VALUES ('${tenant}', ${soon});
      INSERT INTO sse.control (id, tenant_id, node_id, request, expires_at) VALUES ('of ${tenant}', '${tenant}', 'n', '{}', ${soon});
      INSERT INTO herald.idempotency (tenant_id, actor_id, key, request_sha256) VALUES ('${tenant}', 'u', 'k', '');`);
    await server.eventLog.append([
      { tenantId: tenant, audience: 'tenant', recipients: null, type: 'm', payload: tenant },
    ]);
    await until('sequenced', async () => (await server.eventLog.bounds(tenant)).head === 1);
  }
}

/** @returns the number of visible rows, 0 when the table cannot be read at all. */
async function rowsSeen(table: string): Promise<number> {
  try {
    const { rows } = await app.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`);
    return rows[0]?.n ?? -1;
  } catch (error) {
    if ((error as { code?: string }).code === '42501') return 0;
    throw error;
  }
}

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  app = new pg.Client({ connectionString: database.appUrl });
  await app.connect();
  server = await startLogServer(database);
  await fill();
  tables = await catalogTables(admin);
});

afterAll(async () => {
  await stopLogServer(server);
  await app.end();
  await admin.end();
  await database.drop();
});

describe('Raw SQL in the role of the application', () => {
  const ofTenants = () => tables.filter((table) => table.ofTenants);

  it('runs on tables and partitions of both schemas that contain rows of two tenants', async () => {
    expect(ofTenants().map((table) => table.name)).toEqual(
      expect.arrayContaining([
        'sse.event_log',
        'sse.event_log_default',
        'sse.outbox',
        'sse.ticket',
        'herald.idempotency',
      ]),
    );
    for (const table of ofTenants().filter((one) => one.name.startsWith('sse.') && !one.isPartition)) {
      const { rows } = await admin.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table.name}`);
      expect([table.name, rows[0]?.n]).toEqual([table.name, expect.any(Number)]);
      expect(rows[0]?.n).toBeGreaterThanOrEqual(2);
    }
  });

  it('returns no row of any table and partition without a tenant, with an empty one, and after COMMIT', async () => {
    for (const { name } of ofTenants()) expect([name, await rowsSeen(name)]).toEqual([name, 0]);
    await app.query(`SET herald.tenant_id = ''`);
    for (const { name } of ofTenants()) expect([name, await rowsSeen(name)]).toEqual([name, 0]);
    await app.query('RESET herald.tenant_id');
    await app.query(`BEGIN; SELECT set_config('herald.tenant_id', 'acme', true)`);
    await app.query('COMMIT');
    for (const { name } of ofTenants()) expect([name, await rowsSeen(name)]).toEqual([name, 0]);
  });

  it('never returns a row of another tenant, and no row at all from a partition', async () => {
    for (const table of ofTenants()) {
      await app.query(`BEGIN; SELECT set_config('herald.tenant_id', 'acme', true)`);
      const seen = await app
        .query<{ tenant_id: string }>(`SELECT DISTINCT tenant_id FROM ${table.name}`)
        .then(({ rows }) => rows.map((row) => row.tenant_id))
        .catch((error: { code?: string }) => (error.code === '42501' ? [] : Promise.reject(error)));
      await app.query('ROLLBACK');
      if (table.isPartition) expect([table.name, seen]).toEqual([table.name, []]);
      else expect([table.name, seen.filter((tenant) => tenant !== 'acme')]).toEqual([table.name, []]);
    }
  });

  it('cannot read tables without tenant: leases, batches, servers, the identity of the log', async () => {
    for (const name of ['sse.lease', 'sse.batch', 'sse.node', 'sse.log_identity']) {
      await expect(app.query(`SELECT FROM ${name}`)).rejects.toMatchObject({ code: '42501' });
    }
  });

  it('cannot switch off the protection, become the owner, or move rows', async () => {
    for (const attempt of [
      'ALTER TABLE sse.event_log DISABLE ROW LEVEL SECURITY',
      'DROP POLICY tenant ON sse.event_log',
      `SELECT sse.log_move_day_out(current_date)`,
      `SELECT sse.log_raise_floor(current_date)`,
      `SELECT sse.begin_grace('{acme}', '{u}', ARRAY[now()], 0)`,
      'TRUNCATE sse.event_log',
      `UPDATE sse.event_log SET payload = ''`,
      `DELETE FROM sse.ticket`,
    ]) {
      await expect(app.query(attempt)).rejects.toMatchObject({ code: '42501' });
    }
  });
});

/** The outbox is sequenced across tenants; a server request and a ticket are found by a random id before their tenant is known. */
const KEYS_WITHOUT_TENANT = ['sse.control_pkey', 'sse.outbox_pkey', 'sse.ticket_pkey'];

describe('Schema', () => {
  it('enables and forces row-level security with the one policy text on every table of tenants, and grants nothing on partitions', () => {
    expect(unprotected(tables)).toEqual([]);
  });

  it('fails this suite with a new tenant table whose row-level security is missing, not forced, or has another policy', async () => {
    await admin.query(`BEGIN;
      CREATE TABLE herald.forgotten (tenant_id text);
      CREATE TABLE herald.half (tenant_id text); ALTER TABLE herald.half ENABLE ROW LEVEL SECURITY;
      CREATE TABLE herald.loose (tenant_id text); ALTER TABLE herald.loose ENABLE ROW LEVEL SECURITY; ALTER TABLE herald.loose FORCE ROW LEVEL SECURITY;
      CREATE POLICY tenant ON herald.loose USING (true) WITH CHECK (true);
      GRANT SELECT ON sse.event_log_default TO herald_app;`);
    const faults = unprotected(await catalogTables(admin)).map((fault) => fault.split(':')[0]);
    await admin.query('ROLLBACK');
    expect(new Set(faults)).toEqual(
      new Set(['herald.forgotten', 'herald.half', 'herald.loose', 'sse.event_log_default']),
    );
  });

  it('has the tenant in every key and foreign key between tables of tenants, and only views with the rights of their reader', async () => {
    const { rows: keys } = await admin.query<{ name: string }>(`
      SELECT i.indexrelid::regclass::text AS name
      FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname IN ('sse', 'herald') AND i.indisunique AND NOT c.relispartition
        AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
        AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnum = ANY (i.indkey)) ORDER BY 1`);
    expect(keys.map(({ name }) => name)).toEqual(KEYS_WITHOUT_TENANT);
    const { rows: references } = await admin.query(`
      SELECT k.conname FROM pg_constraint k
      WHERE k.contype = 'f' AND k.connamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('sse', 'herald'))
        AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.confrelid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
        AND NOT EXISTS (SELECT FROM unnest(k.conkey, k.confkey) AS pair (own, other)
          JOIN pg_attribute mine ON mine.attrelid = k.conrelid AND mine.attnum = pair.own AND mine.attname = 'tenant_id'
          JOIN pg_attribute theirs ON theirs.attrelid = k.confrelid AND theirs.attnum = pair.other AND theirs.attname = 'tenant_id')`);
    expect(references).toEqual([]);
    const { rows: views } = await admin.query(`
      SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname IN ('sse', 'herald') AND c.relkind IN ('v', 'm')
        AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false)`);
    expect(views).toEqual([]);
  });

  it('pins the search path of every definer function, and allows PUBLIC to call none', async () => {
    const { rows } = await admin.query<{ name: string; pinned: boolean; open: boolean; owner: string }>(`
      SELECT p.oid::regprocedure::text AS name, r.rolname AS owner,
        coalesce(p.proconfig @> ARRAY['search_path=pg_catalog, pg_temp'], false) AS pinned,
        p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) x WHERE x.grantee = 0) AS open
      FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner
      WHERE p.pronamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ('sse', 'herald')) AND p.prosecdef`);
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.filter((row) => !row.pinned || row.open)).toEqual([]);
    // The owner's definer functions run DDL on partitions; functions that read rows of all tenants belong to herald_system.
    expect(rows.filter((row) => row.owner !== 'herald_system' && !/maintain\(/.test(row.name))).toEqual([]);
  });

  it('grants herald_system neither a login nor BYPASSRLS', async () => {
    const { rows } = await admin.query(
      `SELECT rolname, rolcanlogin, rolsuper, rolbypassrls FROM pg_roles WHERE rolname LIKE 'herald\\_%' ORDER BY 1`,
    );
    expect(rows).toEqual(
      ['herald_app', 'herald_owner', 'herald_system'].map((rolname) => ({
        rolname,
        rolcanlogin: false,
        rolsuper: false,
        rolbypassrls: false,
      })),
    );
  });
});

describe('TenantTransaction', () => {
  it('never shows foreign rows to alternating requests of two tenants on a pool of 2, with random aborts', async () => {
    const dataSource = await new DataSource(appDataSourceOptions({ url: database.url, poolSize: 2 })).initialize();
    const transactions = new TenantTransaction(dataSource);
    let foreign = 0;
    let own = 0;
    const request = async (number: number): Promise<void> => {
      const tenant = tenants[number % 2] as (typeof tenants)[number];
      const outcome = (number * 7_919) % 5;
      const work = transactions.run(tenant, async (manager) => {
        const rows = (await manager.query(
          'SELECT tenant_id FROM sse.event_log UNION ALL SELECT tenant_id FROM sse.connection UNION ALL SELECT tenant_id FROM sse.revocation',
        )) as { tenant_id: string }[];
        for (const row of rows)
          if (row.tenant_id === tenant) own += 1;
          else foreign += 1;
        if (outcome === 0) throw new Error('abort');
        if (outcome === 1) await manager.query('SELECT 1/0');
      });
      await work.catch(() => undefined);
      // Outside a tenant's transaction the same pool shows nothing.
      const outside = (await dataSource.query('SELECT tenant_id FROM sse.event_log')) as unknown[];
      foreign += outside.length;
    };
    await Promise.all(Array.from({ length: 300 }, (_, number) => request(number)));
    await dataSource.destroy();
    expect(foreign).toBe(0);
    expect(own).toBe(900);
  });

  it('waits at most 3 s for a lock', async () => {
    const dataSource = await new DataSource(appDataSourceOptions({ url: database.url })).initialize();
    const timeout = await new TenantTransaction(dataSource).run(asTenantId('acme'), async (manager) => {
      const [row] = (await manager.query('SHOW lock_timeout')) as { lock_timeout: string }[];
      return row?.lock_timeout;
    });
    await dataSource.destroy();
    expect(timeout).toBe('3s');
  });
});

describe('Role check at the start', () => {
  beforeAll(() =>
    admin.query(`CREATE ROLE ${database.name}_bypass BYPASSRLS; CREATE ROLE ${database.name}_system IN ROLE herald_system;
      CREATE ROLE ${database.name}_plain IN ROLE herald_app`),
  );
  afterAll(() =>
    admin.query(
      `DROP ROLE ${database.name}_bypass; DROP ROLE ${database.name}_system; DROP ROLE ${database.name}_plain`,
    ),
  );

  it('refuses a superuser, BYPASSRLS, the owner of the tables and a member of herald_system, with exit code 78 and the remedy', async () => {
    const refused = { code: 'ERR_DATABASE_UNSAFE_ROLE', exitCode: 78, message: expect.stringContaining('herald_app') };
    await expect(refuseUnsafeRole(database.url)).rejects.toMatchObject(refused);
    for (const role of [`${database.name}_bypass`, 'herald_owner', 'herald_system', `${database.name}_system`]) {
      await expect(refuseUnsafeRole(asRole(database.url, role))).rejects.toMatchObject(refused);
    }
  });

  it('accepts herald_app and a plain member of it', async () => {
    await refuseUnsafeRole(database.appUrl);
    await refuseUnsafeRole(asRole(database.url, `${database.name}_plain`));
  });
});
