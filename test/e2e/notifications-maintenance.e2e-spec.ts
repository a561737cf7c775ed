import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { eventually, NotificationApp } from '../support/notification-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('The tables of the notification centre', () => {
  let database: TestDatabase;
  let admin: pg.Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
  });
  afterAll(async () => {
    await admin?.end();
    await database?.drop();
  });

  const partitions = async (): Promise<string[]> =>
    (
      await admin.query<{ name: string }>(
        `select inhrelid::regclass::text as name from pg_inherits where inhparent = 'herald.ntf_item'::regclass order by 1`,
      )
    ).rows.map((row) => row.name);

  it('get partitions in advance, and rows of the default partition move unchanged', async () => {
    const [newest] = (await partitions()).filter((name) => name !== 'herald.ntf_item_default').slice(-1);
    await admin.query(`drop table ${newest}`);
    const inThatMonth = `herald.uuid_floor(date_trunc('month', now() at time zone 'utc') at time zone 'utc' + interval '3 months 1 day')`;
    await admin.query(`
      insert into herald.ntf_message (tenant_id, id, type, category, priority, title, delivery_mode)
        values ('acme', ${inThatMonth}, 'message', 'x', 1, 'x', 'm');
      insert into herald.ntf_item (tenant_id, user_id, message_id, position, category, priority)
        values ('acme', 'ann', ${inThatMonth}, ${inThatMonth}, 'x', 1)`);
    const rows = async () =>
      (await admin.query(`select tableoid::regclass::text as leaf, user_id from herald.ntf_item`)).rows;
    expect(await rows()).toEqual([{ leaf: 'herald.ntf_item_default', user_id: 'ann' }]);
    await admin.query('set role herald_app');
    const { rows: made } = await admin.query('select herald.ntf_maintain(3) as made');
    expect(made).toEqual([{ made: 1 }]);
    expect((await admin.query('select herald.ntf_maintain(3) as made')).rows).toEqual([{ made: 0 }]);
    await admin.query('reset role');
    expect(await rows()).toEqual([{ leaf: newest, user_id: 'ann' }]);
  });

  it('isolate tenants in every partition', async () => {
    const { rows } = await admin.query<{ name: string; forced: boolean; grants: boolean }>(
      `select oid::regclass::text as name, relrowsecurity and relforcerowsecurity as forced,
              has_table_privilege('herald_app', oid, 'select, insert, update, delete') as grants
         from pg_class where relnamespace = 'herald'::regnamespace and relkind in ('r', 'p') and relname like 'ntf\\_%'`,
    );
    expect(rows.filter((row) => !row.forced)).toEqual([]);
    expect(rows.filter((row) => row.grants && row.name.startsWith('herald.ntf_item_'))).toEqual([]);
    expect(rows.length).toBeGreaterThan(7);
  });

  it('show the application no row without a tenant, with an empty tenant, or after the tenant’s transaction', async () => {
    await admin.query('set role herald_app');
    const counts = async () =>
      (await admin.query(`select count(*)::int as n from herald.ntf_message`)).rows[0].n as number;
    try {
      expect(await counts()).toBe(0);
      await admin.query(`begin; select set_config('herald.tenant_id', 'acme', true)`);
      expect(await counts()).toBe(1);
      await expect(
        admin.query(`insert into herald.ntf_audience values ('beta', 'tenant', gen_random_uuid())`),
      ).rejects.toMatchObject({ code: '42501' });
      await admin.query('rollback');
      expect(await counts()).toBe(0);
    } finally {
      await admin.query('reset role');
    }
  });

  it('use only leakproof operators in their indexes', async () => {
    const { rows } = await admin.query<{ index: string }>(
      `select i.indexrelid::regclass::text as index from pg_index i
         join unnest(i.indclass) as c(opclass) on true join pg_opclass o on o.oid = c.opclass
         join pg_amop a on a.amopfamily = o.opcfamily and a.amoplefttype = o.opcintype and a.amoprighttype = o.opcintype
         join pg_operator p on p.oid = a.amopopr join pg_proc f on f.oid = p.oprcode
        where i.indrelid in (select oid from pg_class where relnamespace = 'herald'::regnamespace and relname like 'ntf\\_%')
          and not f.proleakproof`,
    );
    expect(rows.map((row) => row.index)).toEqual([]);
  });

  it('lose expired answers of idempotent requests at the start of the application', async () => {
    await admin.query(`insert into herald.idempotency (tenant_id, actor_id, key, request_sha256, expires_at)
      select 'acme', 'ann', 'k' || n, '', now() + (n - 2) * interval '1 hour' from generate_series(1, 3) n`);
    const app = await NotificationApp.start(database);
    try {
      await eventually(async () => {
        expect((await admin.query(`select key from herald.idempotency`)).rows).toEqual([{ key: 'k3' }]);
      });
    } finally {
      await app.stop();
    }
  });
});
