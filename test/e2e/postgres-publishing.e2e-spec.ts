import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { asTenantId } from '@nest-herald/platform';
import type { NewEvent } from '@nest-herald/sse/spi';
import { TenantTransaction } from '@nest-herald/platform/postgres';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { appDataSourceOptions } from '../../src/database/data-source.js';
import { type LogServer, startLogServer, stopLogServer } from '../support/log-server.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const acme = asTenantId('acme');
const beta = asTenantId('beta');

let database: TestDatabase;
let owner: LogServer;
let publisher: LogServer;
let dataSource: DataSource;
let client: pg.Client;
let admin: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = await startLogServer(database, { nodeId: 'owner' });
  // Owns no shard, so that its publications show as wake-ups.
  publisher = await startLogServer(database, { nodeId: 'publisher' });
  dataSource = await new DataSource(appDataSourceOptions({ url: database.url })).initialize();
  client = new pg.Client({ connectionString: database.appUrl });
  await client.connect();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});

afterEach(() => client.query('ROLLBACK'));

afterAll(async () => {
  await client.end();
  await admin.end();
  await dataSource.destroy();
  await stopLogServer(publisher);
  await stopLogServer(owner);
  await database.drop();
});

function event(tenantId: typeof acme, payload: string, more: Partial<NewEvent> = {}): NewEvent {
  return { tenantId, audience: 'tenant', recipients: null, type: 'note', payload, ...more };
}

async function logged(tenantId: typeof acme): Promise<string[]> {
  const { head } = await publisher.eventLog.bounds(tenantId);
  return (await publisher.eventLog.readRange(tenantId, 0, head, 1_000)).map((one) => one.payload);
}

describe('Publishing in the caller’s transaction', () => {
  it('takes no lock except that of its insert', async () => {
    await client.query('BEGIN');
    await publisher.eventLog.append([event(acme, 'locks')], client);
    const { rows } = await client.query<{ what: string }>(`
      SELECT DISTINCT l.locktype || ' ' || l.mode || ' ' || coalesce(l.relation::regclass::text, '') AS what
      FROM pg_locks l WHERE l.pid = pg_backend_pid() AND coalesce(l.relation::regclass::text, '') NOT LIKE 'pg_%' ORDER BY 1`);
    const insertsOwn = [
      'relation RowExclusiveLock sse.outbox',
      'relation RowExclusiveLock sse.outbox_id_seq',
      'relation RowExclusiveLock sse.outbox_pkey',
      'transactionid ExclusiveLock ',
      'virtualxid ExclusiveLock ',
    ];
    expect(rows).toContainEqual({ what: 'relation RowExclusiveLock sse.outbox' });
    // A NOTIFY would hold an AccessExclusiveLock on an object; a counter row or an advisory lock would be listed too.
    expect(rows.map((row) => row.what).filter((what) => !insertsOwn.includes(what))).toEqual([]);
  });

  it('never notifies, neither in the transaction nor at its commit', async () => {
    const listener = new pg.Client({ connectionString: database.url });
    await listener.connect();
    const notified: string[] = [];
    listener.on('notification', ({ channel }) => notified.push(channel));
    const { rows } = await listener.query<{ channel: string }>(`SELECT 'herald_sse' AS channel`);
    for (const { channel } of rows) await listener.query(`LISTEN ${channel}`);
    await client.query('BEGIN');
    await publisher.eventLog.append([event(acme, 'quiet')], client);
    await client.query('COMMIT');
    await until('sequenced', async () => (await logged(acme)).includes('quiet'));
    // Our own NOTIFY afterwards: one of the publisher would have arrived before it.
    await client.query(`NOTIFY herald_sse, 'marker'`);
    await until('marker', () => notified.length > 0);
    await listener.query('SELECT 1');
    expect(notified).toEqual(['herald_sse']);
    await listener.end();
  });

  it('takes one statement', async () => {
    const statements: string[] = [];
    const counting = {
      getTransactionStatus: () => 'T',
      query: (sql: string, parameters: unknown[]) => {
        statements.push(sql);
        return client.query(sql, parameters);
      },
    };
    await client.query('BEGIN');
    await publisher.eventLog.append([event(acme, 'one'), event(acme, 'statement', { dedupeKey: 'k1' })], counting);
    expect(statements).toHaveLength(1);
  });

  it('is rolled back with the change that it announces (G2)', async () => {
    const work = dataSource.transaction(async (manager) => {
      await publisher.eventLog.append([event(beta, 'ghost')], manager);
      throw new Error('the order could not be saved');
    });
    await expect(work).rejects.toThrow('the order could not be saved');
    await publisher.eventLog.append([event(beta, 'real')]);
    await until('sequenced', async () => (await logged(beta)).length > 0);
    expect(await logged(beta)).toEqual(['real']);
  });

  it('wakes the sequencer after the outermost commit of TypeORM, but not after a savepoint or a rollback', async () => {
    await until('no wake-up is pending', async () => {
      const before = publisher.reports.wakeUps.length;
      await new Promise((resolve) => setTimeout(resolve, 60));
      return publisher.reports.wakeUps.length === before;
    });
    publisher.reports.wakeUps.length = 0;
    const seen: number[] = [];
    await dataSource.transaction(async (outer) => {
      await outer.transaction(async (inner) => void (await publisher.eventLog.append([event(acme, 'inner')], inner)));
      seen.push(publisher.reports.wakeUps.length);
    });
    seen.push(publisher.reports.wakeUps.length);
    expect(seen).toEqual([0, 1]);
    const aborted = dataSource.transaction(async (manager) => {
      await publisher.eventLog.append([event(acme, 'aborted')], manager);
      throw new Error('abort');
    });
    await expect(aborted).rejects.toThrow('abort');
    await dataSource.transaction((manager) => manager.query('SELECT 1'));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(publisher.reports.wakeUps).toHaveLength(1);
  });

  it('refuses a manager, a runner or a client without an open transaction (ERR_SSE_NO_TRANSACTION)', async () => {
    const idle = { code: 'ERR_SSE_NO_TRANSACTION' };
    const runner = dataSource.createQueryRunner();
    for (const tx of [dataSource.manager, runner, runner.manager, client, dataSource, {}]) {
      await expect(publisher.eventLog.append([event(acme, 'x')], tx)).rejects.toMatchObject(idle);
    }
    await runner.release();
    await client.query('BEGIN');
    await expect(client.query('SELECT 1/0')).rejects.toThrow();
    await expect(publisher.eventLog.append([event(acme, 'x')], client)).rejects.toMatchObject(idle);
    // Called before the client can know that its transaction has failed: PostgreSQL's answer has the same meaning.
    await client.query('ROLLBACK');
    await client.query('BEGIN');
    const failing = client.query('SELECT 1/0');
    const publishing = publisher.eventLog.append([event(acme, 'x')], client);
    await expect(failing).rejects.toThrow();
    await expect(publishing).rejects.toMatchObject(idle);
  });

  it('writes an event with a dedupe key once, in one transaction and across many', async () => {
    const keyed = (payload: string) => event(acme, payload, { dedupeKey: 'invoice-9' });
    const within = await dataSource.transaction(async (manager) => [
      await publisher.eventLog.append([keyed('first')], manager),
      await publisher.eventLog.append([keyed('second')], manager),
    ]);
    expect(within).toEqual([{ deduplicated: false }, { deduplicated: true }]);
    const racing = await Promise.all(Array.from({ length: 20 }, () => publisher.eventLog.append([keyed('later')])));
    expect(racing.every((result) => result.deduplicated)).toBe(true);
  });

  it('frees a dedupe key again when its transaction rolls back', async () => {
    await client.query('BEGIN');
    await publisher.eventLog.append([event(acme, 'x', { dedupeKey: 'retry' })], client);
    await client.query('ROLLBACK');
    expect(await publisher.eventLog.append([event(acme, 'y', { dedupeKey: 'retry' })])).toEqual({
      deduplicated: false,
    });
  });
});

describe('Publishing without a transaction', () => {
  it('delays no reader, however many publications wait for the database', async () => {
    await admin.query('BEGIN; LOCK TABLE sse.outbox IN EXCLUSIVE MODE');
    const flood = Array.from({ length: 40 }, (_, i) => publisher.eventLog.append([event(beta, `flood ${i}`)]));
    await until('the whole pool waits', async () => {
      const { rowCount } = await admin.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%append%'`,
      );
      return (rowCount ?? 0) >= 6;
    });
    // Without a pool of their own these reads would wait for the flood.
    for (let i = 0; i < 10; i++) await publisher.eventLog.bounds(beta);
    await admin.query('COMMIT');
    await Promise.all(flood);
  });
});

describe('Dedupe key', () => {
  const keyed = (payload: string) => event(acme, payload, { dedupeKey: 'duplicate' });
  /** Whether a session waits for a transaction to end. */
  const waits = async (): Promise<boolean> => {
    const { rowCount } = await admin.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'`,
    );
    return rowCount === 1;
  };
  const isDeduplicatedAfter = async (end: 'COMMIT' | 'ROLLBACK'): Promise<boolean> => {
    const first = new pg.Client({ connectionString: database.appUrl });
    await first.connect();
    await first.query('BEGIN');
    await publisher.eventLog.append([keyed(`first, ${end}`)], first);
    const second = publisher.eventLog.append([keyed(`second after ${end}`)]);
    await until('the second waits for the first', waits);
    await first.query(end);
    await first.end();
    return (await second).deduplicated;
  };

  it('makes a concurrent duplicate wait for the first event: it is written if that rolls back, and dropped if it commits', async () => {
    expect(await isDeduplicatedAfter('ROLLBACK')).toBe(false);
    await admin.query(`DELETE FROM sse.dedupe WHERE key = 'duplicate'`);
    expect(await isDeduplicatedAfter('COMMIT')).toBe(true);
    await publisher.eventLog.append([event(acme, 'after the duplicates')]);
    await until('sequenced', async () => (await logged(acme)).includes('after the duplicates'));
    expect((await logged(acme)).filter((payload) => /COMMIT|ROLLBACK/.test(payload))).toEqual([
      'second after ROLLBACK',
      'first, COMMIT',
    ]);
  });

  it('is kept for 24 hours and can be used again afterwards', async () => {
    const key = { dedupeKey: 'daily' };
    await publisher.eventLog.append([event(acme, 'today', key)]);
    const { rows } = await admin.query<{ hours: number }>(
      `SELECT round(extract(epoch FROM expires_at - now()) / 3600)::int AS hours FROM sse.dedupe WHERE key = 'daily'`,
    );
    expect(rows).toEqual([{ hours: 24 }]);
    expect(await publisher.eventLog.append([event(acme, 'again', key)])).toEqual({ deduplicated: true });
    await admin.query(`UPDATE sse.dedupe SET expires_at = now() WHERE key = 'daily'`);
    expect(await publisher.eventLog.append([event(acme, 'tomorrow', key)])).toEqual({ deduplicated: false });
  });
});

describe('Tenant of the transaction', () => {
  it('is set by TenantTransaction; an event of another tenant is refused and fails the transaction (ERR_SSE_TENANT_MISMATCH)', async () => {
    const transactions = new TenantTransaction(dataSource);
    await transactions.run(acme, (manager) => publisher.eventLog.append([event(acme, 'own')], manager));
    const foreign = transactions.run(acme, (manager) => publisher.eventLog.append([event(beta, 'foreign')], manager));
    await expect(foreign).rejects.toMatchObject({ code: 'ERR_SSE_TENANT_MISMATCH' });
    await expect(publisher.eventLog.append([event(acme, 'a'), event(beta, 'b')])).rejects.toMatchObject({
      code: 'ERR_SSE_TENANT_MISMATCH',
    });
    await until('sequenced', async () => (await logged(acme)).includes('own'));
    expect(await logged(beta)).not.toContain('foreign');
  });

  it('need not be set by an embedding host, and does not stay set in its transaction', async () => {
    await client.query('BEGIN');
    await publisher.eventLog.append([event(acme, 'host a')], client);
    await publisher.eventLog.append([event(beta, 'host b')], client);
    const { rows } = await client.query<{ tenant: string }>(
      `SELECT current_setting('herald.tenant_id', true) AS tenant`,
    );
    expect(rows).toEqual([{ tenant: '' }]);
    await client.query('COMMIT');
    await until('both', async () => (await logged(acme)).includes('host a') && (await logged(beta)).includes('host b'));
  });

  it('cannot be forged by raw SQL, and neither can the position in the order', async () => {
    const insert = `INSERT INTO sse.outbox (shard, tenant_id, audience, type, payload`;
    await client.query(`BEGIN; SELECT set_config('herald.tenant_id', 'acme', true)`);
    await expect(client.query(`${insert}) VALUES (0, 'beta', 'tenant', 'm', 'x')`)).rejects.toMatchObject({
      code: '42501',
    });
    await client.query('ROLLBACK');
    for (const column of ['id', 'xid', 'created_at']) {
      await client.query(`BEGIN; SELECT set_config('herald.tenant_id', 'acme', true)`);
      const forged = `${insert}, ${column}) VALUES (0, 'acme', 'tenant', 'm', 'x', DEFAULT)`;
      await expect(client.query(forged)).rejects.toMatchObject({ code: '42501' });
      await client.query('ROLLBACK');
    }
  });
});
