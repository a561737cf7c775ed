import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asTenantId } from '@nest-herald/platform';
import { createPostgresSse, type PostgresSse } from '@nest-herald/sse/postgres';
import pg from 'pg';
import { startProcess } from '../support/child-process.js';
import { type LogServer, startLogServer, stopLogServer } from '../support/log-server.js';
import { publishAtRandom, violations } from '../support/random-publishers.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const acme = asTenantId('acme');
const FENCED = 'HS001';

let database: TestDatabase;
let admin: pg.Client;
const servers: LogServer[] = [];

beforeEach(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});

afterEach(async () => {
  for (const server of servers.splice(0)) await stopLogServer(server);
  await admin.end();
  await database.drop();
});

async function startServer(
  ...parameters: Parameters<typeof startLogServer> extends [unknown, ...infer Rest] ? Rest : never
) {
  const server = await startLogServer(database, ...parameters);
  servers.push(server);
  return server;
}

/** Runs `work` with a publisher that does not sequence. */
async function withPublisher<T>(work: (publisher: PostgresSse) => Promise<T>): Promise<T> {
  const publisher = createPostgresSse({ connectionString: database.url, nodeId: 'publisher' });
  try {
    return await work(publisher);
  } finally {
    await publisher.stop();
  }
}

async function readAll(server: LogServer, head: number) {
  await until(`head ${head}`, async () => (await server.eventLog.bounds(acme)).head >= head, 30_000);
  return server.eventLog.readRange(acme, 0, Number.MAX_SAFE_INTEGER, 100_000);
}

function publish(log: PostgresSse, payload: string): Promise<unknown> {
  return log.eventLog.append([{ tenantId: acme, audience: 'tenant', recipients: null, type: 'note', payload }]);
}

describe('Sequencing', () => {
  it('delivers exactly the committed events, dense and in order, after a stop of 5 s during which 1,000 transactions committed out of order and 10 % rolled back (G1–G4)', async () => {
    const first = await startLogServer(database, { nodeId: 'before' });
    await publish(first, 'before');
    await readAll(first, 1);
    await stopLogServer(first);
    const stoppedAt = performance.now();
    const report = await withPublisher((publisher) =>
      publishAtRandom({
        tenant: acme,
        writers: 16,
        transactions: 1_000,
        seed: 7,
        log: publisher.eventLog,
        appUrl: database.appUrl,
      }),
    );
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 5_000 - (performance.now() - stoppedAt))));
    const server = await startServer();
    const logged = await readAll(server, report.committed.length + 1);
    expect(logged[0]?.payload).toBe('before');
    expect(
      violations(
        report,
        logged.slice(1).map((event) => ({ ...event, seq: event.seq - 1 })),
      ),
    ).toEqual([]);
    expect(report.rolledBack.length).toBeGreaterThan(50);
  }, 60_000);

  it('keeps G1 to G4 while it runs, although commits happen after those of higher ids (the gap in which a cursor on the id loses events)', async () => {
    const server = await startServer();
    await admin.query(`CREATE TABLE late (id bigint); GRANT INSERT ON late TO PUBLIC;
      CREATE FUNCTION note_late() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN INSERT INTO public.late VALUES (OLD.id); RETURN OLD; END $$;
      CREATE TRIGGER late AFTER DELETE ON sse.outbox FOR EACH ROW EXECUTE FUNCTION note_late()`);
    const report = await publishAtRandom({
      tenant: acme,
      writers: 16,
      transactions: 800,
      seed: 11,
      log: server.eventLog,
      appUrl: database.appUrl,
    });
    const logged = await readAll(server, report.committed.length);
    expect(violations(report, logged)).toEqual([]);
    // Reading "id > the highest id seen" would have skipped these. The ctid order is the order of sequencing.
    const { rows } = await admin.query<{ n: number }>(`
      SELECT count(*)::int AS n FROM (SELECT id, max(id) OVER (ORDER BY ctid ROWS UNBOUNDED PRECEDING) AS highest FROM late) l WHERE id < highest`);
    expect(rows[0]?.n).toBeGreaterThan(0);
    expect(server.reports.errors).toEqual([]);
  }, 60_000);

  it('does not wait for an old open transaction, whose own event follows when it commits (G1)', async () => {
    const server = await startServer();
    const slow = new pg.Client({ connectionString: database.appUrl });
    await slow.connect();
    await slow.query('BEGIN');
    await server.eventLog.append(
      [{ tenantId: acme, audience: 'tenant', recipients: null, type: 'note', payload: 'slow' }],
      slow,
    );
    for (let i = 0; i < 20; i++) await publish(server, `quick ${i}`);
    const quick = await readAll(server, 20);
    expect(quick).toHaveLength(20);
    await slow.query('COMMIT');
    const all = await readAll(server, 21);
    expect(all.at(-1)?.payload).toBe('slow');
    await slow.end();
  });

  it('loses nothing that commits between its snapshot and its scan, because the snapshot is taken first (G1)', async () => {
    // Blocks a turn after its scan, when it moves the first event to the log.
    await admin.query(`CREATE FUNCTION block_turn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN PERFORM pg_advisory_xact_lock_shared(77); RETURN NEW; END $$;
      CREATE TRIGGER block_turn BEFORE INSERT ON sse.event_log FOR EACH ROW EXECUTE FUNCTION block_turn()`);
    const server = await startServer();
    await admin.query('SELECT pg_advisory_lock(77)');
    await publish(server, 'first');
    await until('blocked', async () => {
      const { rowCount } = await admin.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      return rowCount === 1;
    });
    await publish(server, 'between');
    await admin.query('SELECT pg_advisory_unlock(77)');
    await publish(server, 'after');
    expect((await readAll(server, 3)).map((event) => event.payload)).toEqual(['first', 'between', 'after']);
  });

  it('finds an event without a wake-up at its next poll', async () => {
    const server = await startServer();
    await withPublisher((silent) => publish(silent, 'silent'));
    expect((await readAll(server, 1)).map((event) => event.payload)).toEqual(['silent']);
    expect(server.reports.wakeUps).toEqual([]);
  });

  it('announces each batch once, with dense numbers and the newest head of each tenant', async () => {
    const server = await startServer();
    for (let i = 1; i <= 5; i++) {
      await publish(server, `${i}`);
      await until('announced', () => server.reports.announced.some((hint) => hint.heads.acme === i));
    }
    expect(server.reports.announced.map((hint) => hint.no)).toEqual(
      server.reports.announced.map((_, index) => index + 1),
    );
  });

  it('sets aside an event that cannot be encoded and stores a tombstone with its seq, without delaying other events', async () => {
    const server = await startServer();
    await admin.query(`SELECT sse.append('acme', 0, ARRAY['tenant','tenant','users'], ARRAY[NULL,NULL,NULL]::text[], ARRAY['ok', E'a\\nb', 'ok'],
      ARRAY['good', 'bad', 'no recipients'], ARRAY[NULL,NULL,NULL]::text[], NULL)`);
    await publish(server, 'next');
    const logged = await readAll(server, 4);
    expect(logged.map(({ seq, audience, type, payload }) => [seq, audience, type, payload])).toEqual([
      [1, 'tenant', 'ok', 'good'],
      [2, 'none', 'tombstone', ''],
      [3, 'none', 'tombstone', ''],
      [4, 'tenant', 'note', 'next'],
    ]);
    const { rows } = await admin.query('SELECT seq, payload FROM sse.set_aside ORDER BY seq');
    expect(rows).toEqual([
      { seq: '2', payload: 'bad' },
      { seq: '3', payload: 'no recipients' },
    ]);
  });
});

describe('Several shards', () => {
  const tenants = ['acme', 'beta', 'gamma', 'delta'].map((name) => asTenantId(name));
  const owners = async (): Promise<string[]> => {
    const { rows } = await admin.query<{ owner: string }>(
      'SELECT owner FROM sse.lease WHERE until > clock_timestamp() ORDER BY shard',
    );
    return rows.map((row) => row.owner.split('.')[0] ?? '');
  };
  const send = (server: PostgresSse, payload: string) =>
    Promise.all(
      tenants.map((tenantId) =>
        server.eventLog.append([{ tenantId, audience: 'tenant', recipients: null, type: 'note', payload }]),
      ),
    );
  async function expectInOrder(server: LogServer, payloads: readonly string[]): Promise<void> {
    for (const tenant of tenants) {
      await until(tenant, async () => (await server.eventLog.bounds(tenant)).head === payloads.length);
      const events = await server.eventLog.readRange(tenant, 0, 1_000, 1_000);
      expect(events.map((event) => event.payload)).toEqual(payloads);
    }
  }

  it('are sequenced by several owners at once, with one order per tenant, over a change of owners (G3, G4)', async () => {
    const a = await startServer({ nodeId: 'a', shards: 2 });
    const b = await startServer({ nodeId: 'b', shards: 2 });
    // Takes shard 1 from its owner until the other server gets it.
    await until('two owners', async () => {
      const [first, second] = await owners();
      if (first !== undefined && second !== undefined && first !== second) return true;
      await admin.query(
        `UPDATE sse.lease SET owner = 'gone', term = term + 1, until = clock_timestamp() WHERE shard = 1`,
      );
      await until('owned', async () => (await owners()).length === 2);
      return false;
    });
    const payloads: string[] = [];
    for (let i = 0; i < 15; i++) {
      payloads.push(`${i}`);
      await send(i % 2 ? a : b, `${i}`);
    }
    await expectInOrder(b, payloads);
    const { rows } = await admin.query('SELECT DISTINCT shard FROM sse.batch ORDER BY 1');
    expect(rows).toEqual([{ shard: 0 }, { shard: 1 }]);
    await stopLogServer(a);
    servers.splice(servers.indexOf(a), 1);
    await until('one owner', async () => (await owners()).join() === 'b,b');
    await send(b, 'last');
    await expectInOrder(b, [...payloads, 'last']);
    expect([...a.reports.errors, ...b.reports.errors]).toEqual([]);
  });

  it.each([
    [4, 1],
    [1, 3],
  ])(
    'change from %i to %i while all servers are stopped, and waiting events keep their order',
    async (before, after) => {
      const first = await startLogServer(database, { shards: before });
      await send(first, 'sequenced');
      await expectInOrder(first, ['sequenced']);
      await stopLogServer(first);
      const waiting = createPostgresSse({ connectionString: database.url, nodeId: 'late', shards: before });
      for (const payload of ['waited 1', 'waited 2']) await send(waiting, payload);
      await waiting.stop();
      const next = createPostgresSse({ connectionString: database.url, nodeId: 'early', shards: after });
      await send(next, 'new');
      await next.stop();
      const second = await startServer({ shards: after });
      await expectInOrder(second, ['sequenced', 'waited 1', 'waited 2', 'new']);
    },
  );

  it('are computed identically by the library and by the migrations', async () => {
    const many = createPostgresSse({ connectionString: database.url, nodeId: 'many', shards: 64 });
    for (const name of [...tenants, 'T-1|x@y.z_9', 'a'.repeat(128), '0']) {
      await many.eventLog.append([
        { tenantId: asTenantId(name), audience: 'tenant', recipients: null, type: 'note', payload: name },
      ]);
    }
    await many.stop();
    const { rows } = await admin.query<{ same: boolean }>(
      'SELECT shard = sse.shard_of(tenant_id, 64) AS same FROM sse.outbox',
    );
    expect(rows).toEqual(Array.from({ length: 7 }, () => ({ same: true })));
  });

  it('make a server fail that uses another number than the running servers (ERR_SSE_INVALID_OPTIONS)', async () => {
    await startServer({ nodeId: 'one' });
    const odd = createPostgresSse({ connectionString: database.url, nodeId: 'odd', shards: 2 });
    const nothing = (): void => undefined;
    const start = odd.eventLog.start({
      announce: nothing,
      observe: nothing,
      wakeUp: nothing,
      identityChanged: nothing,
    });
    await expect(start).rejects.toMatchObject({
      code: 'ERR_SSE_INVALID_OPTIONS',
      message: expect.stringMatching(/shards is 2, but the running servers use 1.*stop all servers/),
    });
    await odd.eventLog.stop();
    await odd.stop();
    expect(await owners()).toEqual(['one']);
  });
});

describe('Turn over a backlog', () => {
  /** Appends events of `tenant`, with their numbers as payloads, in the open transaction of `client`. */
  const append = (client: pg.Client, first: number, events: number, tenant = 'acme') =>
    client.query(
      `SELECT sse.append($1, 0, array_agg('tenant'::text), array_agg(NULL::text), array_agg('m'::text), array_agg(n::text), array_agg(NULL::text), NULL)
       FROM generate_series($2::integer, $2 + $3 - 1) AS n`,
      [tenant, first, events],
    );
  const take = () => admin.query(`SELECT FROM sse.take_leases('me', ARRAY[0], 60000)`);
  const turn = async (limit: number, span: number | null): Promise<number> => {
    const { rows } = await admin.query<{ taken: number }>(
      `SELECT taken FROM sse.sequence(0, 'me', 1, $1, '1:1:', $2)`,
      [limit, span],
    );
    return rows[0]?.taken ?? Number.NaN;
  };
  const sequenced = async (): Promise<number[]> => {
    const { rows } = await admin.query<{ payload: string }>(
      `SELECT payload FROM sse.event_log WHERE tenant_id = 'acme' ORDER BY seq`,
    );
    return rows.map(({ payload }) => Number(payload));
  };

  it('takes the lowest ids with a bounded scan, even when the oldest transaction published last (G3)', async () => {
    const slow = new pg.Client({ connectionString: database.url });
    await slow.connect();
    await slow.query('BEGIN; SELECT pg_current_xact_id()');
    await append(admin, 1, 100);
    await append(slow, 101, 100);
    await slow.query('COMMIT');
    await slow.end();
    await append(admin, 201, 100);
    await take();
    const taken: number[] = [];
    for (const [limit, span] of [
      [60, 20],
      [60, 20],
      [60, 20],
      [60, 20],
      [200, 20],
      [200, null],
    ] as const) {
      taken.push(await turn(limit, span));
      expect(await sequenced()).toEqual(Array.from({ length: taken.reduce((a, b) => a + b) }, (_, n) => n + 1));
    }
    expect(taken).toEqual([60, 60, 21, 21, 21, 117]);
    expect([await turn(10, 20), await turn(10, null)]).toEqual([0, 0]);
  });

  it('reads as much of a long backlog as of a short one with a bounded scan', async () => {
    const fetched = async (): Promise<number> => {
      const { rows } = await admin.query<{ fetched: string }>(
        `SELECT idx_tup_fetch AS fetched FROM pg_stat_xact_user_tables WHERE relid = 'sse.outbox'::regclass`,
      );
      return Number(rows[0]?.fetched);
    };
    const readBy = async (span: number | null): Promise<number> => {
      await admin.query('BEGIN');
      const before = await fetched();
      expect(await turn(100, span)).toBe(100);
      const read = (await fetched()) - before;
      await admin.query('ROLLBACK');
      return read;
    };
    await take();
    await append(admin, 1, 1_000);
    const short = await readBy(200);
    await append(admin, 1_001, 4_000);
    expect(await readBy(200)).toBe(short);
    expect(short).toBeGreaterThanOrEqual(200);
    expect(await readBy(null)).toBeGreaterThanOrEqual(5_000);
  });
});

describe('Lease of a shard', () => {
  const turn = (owner: string, term: string, client: pg.Client = admin) =>
    client.query(`SELECT taken FROM sse.sequence(0, $1, $2, 500, '1:1:')`, [owner, term]);
  const take = async (owner: string, ttlMs: number): Promise<string | null> => {
    const { rows } = await admin.query<{ term: string }>('SELECT term FROM sse.take_leases($1, ARRAY[0], $2)', [
      owner,
      ttlMs,
    ]);
    return rows[0]?.term ?? null;
  };

  it('refuses a turn without a lease, after its end, with an old term, and by another owner', async () => {
    await expect(turn('a', '1')).rejects.toMatchObject({ code: FENCED });
    const first = await take('a', 100);
    expect(first).toBe('1');
    expect(await take('b', 1_000)).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 150));
    await expect(turn('a', '1')).rejects.toMatchObject({ code: FENCED });
    expect(await take('b', 10_000)).toBe('2');
    await expect(turn('a', '1')).rejects.toMatchObject({ code: FENCED });
    await expect(turn('b', '1')).rejects.toMatchObject({ code: FENCED });
    await expect(turn('a', '2')).rejects.toMatchObject({ code: FENCED });
    await expect(turn('b', '2')).resolves.toMatchObject({ rows: [{ taken: 0 }] });
  });

  it('refuses a turn of an owner that knows another log, whose snapshot does not apply to this one', async () => {
    const term = await take('c', 10_000);
    await admin.query(
      `SELECT sse.append('other-log', 0, ARRAY['tenant'], ARRAY[NULL]::text[], ARRAY['m'], ARRAY['x'], ARRAY[NULL]::text[], NULL)`,
    );
    const turnOf = (log: string) =>
      admin.query(`SELECT taken FROM sse.sequence_turn($1, 0, 'c', $2, 500, '1:1:')`, [log, term]);
    await expect(turnOf('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({ code: 'HS002' });
    const { rows } = await admin.query<{ log: string }>('SELECT sse.identify_log() AS log');
    await expect(turnOf(rows[0]?.log ?? '')).resolves.toMatchObject({ rows: [{ taken: 1 }] });
  });

  it('cannot be taken during a turn of its owner, so two servers never sequence at once', async () => {
    const owner = new pg.Client({ connectionString: database.url });
    await owner.connect();
    const term = (await take('a', 200)) ?? '';
    await withPublisher((publisher) => publish(publisher, 'one'));
    await owner.query('BEGIN');
    await turn('a', term, owner);
    await new Promise((resolve) => setTimeout(resolve, 250));
    await expect(take('b', 1_000)).rejects.toMatchObject({ code: '55P03' });
    await owner.query('COMMIT');
    expect(await take('b', 1_000)).toBe('2');
    const { rows } = await admin.query('SELECT tenant_id, seq FROM sse.event_log');
    expect(rows).toEqual([{ tenant_id: 'acme', seq: '1' }]);
    await owner.end();
  });

  it('is held by one of two competing servers; the other takes over at once when the first stops, and continues without a hole', async () => {
    const first = await startLogServer(database, { nodeId: 'first' });
    const second = await startServer({ nodeId: 'second' });
    for (let i = 0; i < 20; i++) await publish(i % 2 ? first : second, `${i}`);
    await readAll(second, 20);
    expect(second.reports.announced).toEqual([]);
    // The server without the lease wakes the owner.
    expect(second.reports.wakeUps.length).toBeGreaterThan(0);
    await stopLogServer(first);
    for (let i = 20; i < 40; i++) await publish(second, `${i}`);
    const logged = await readAll(second, 40);
    expect(logged.map((event) => event.seq)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(second.reports.announced.length).toBeGreaterThan(0);
  });

  it('survives kill -9 and SIGSTOP of its owners under load, with no event lost, duplicated or out of order (G1–G4)', async () => {
    let enough = false;
    const load = withPublisher((publisher) =>
      publishAtRandom({
        tenant: acme,
        writers: 8,
        transactions: 100_000,
        isOver: () => enough,
        seed: 23,
        log: publisher.eventLog,
        appUrl: database.appUrl,
      }),
    );
    const owned = (name: string) =>
      until(`${name} owns the shard`, async () => {
        const { rows } = await admin.query<{ owner: string }>(
          'SELECT owner FROM sse.lease WHERE shard = 0 AND until > clock_timestamp()',
        );
        return rows[0]?.owner.startsWith(`${name}.`);
      });
    const killed = await startProcess('sequencer-process.ts', database.url, 'killed');
    await owned('killed');
    killed.kill('SIGKILL');
    const paused = await startProcess('sequencer-process.ts', database.url, 'paused');
    await owned('paused');
    paused.kill('SIGSTOP');
    const successor = await startProcess('sequencer-process.ts', database.url, 'successor');
    await owned('successor');
    // It still trusts its lease for a moment; PostgreSQL does not.
    paused.kill('SIGCONT');
    await new Promise((resolve) => setTimeout(resolve, 500));
    enough = true;
    const report = await load;
    successor.kill('SIGKILL');
    paused.kill('SIGKILL');
    await Promise.all([killed.ended, paused.ended, successor.ended]);
    const survivor = await startServer({ nodeId: 'survivor' });
    const logged = await readAll(survivor, report.committed.length);
    expect(violations(report, logged)).toEqual([]);
    const { rows } = await admin.query<{ term: string }>('SELECT term FROM sse.lease WHERE shard = 0');
    expect(Number(rows[0]?.term)).toBeGreaterThanOrEqual(3);
  }, 90_000);
});
