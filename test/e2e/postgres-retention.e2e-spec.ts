import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asTenantId } from '@nest-herald/platform';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { MemoryHub } from '@nest-herald/sse/testing';
import pg from 'pg';
import { type LogServer, startLogServer, stopLogServer } from '../support/log-server.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { catalogTables, unprotected } from '../support/tenant-tables.js';
import { until } from '../support/until.js';

const acme = asTenantId('acme');

let database: TestDatabase;
let admin: pg.Client;
let server: LogServer;

beforeEach(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  server = await startLogServer(database);
});

afterEach(async () => {
  await stopLogServer(server);
  await admin.end();
  await database.drop();
});

async function publish(count: number): Promise<void> {
  const { head } = await server.eventLog.bounds(acme);
  for (let i = 1; i <= count; i++) {
    await server.eventLog.append([
      { tenantId: acme, audience: 'tenant', recipients: null, type: 'note', payload: `${head + i}` },
    ]);
  }
  await until('sequenced', async () => (await server.eventLog.bounds(acme)).head === head + count);
}

/** Moves all events some days into the past. */
async function age(days: number): Promise<void> {
  await admin.query(`WITH old AS (DELETE FROM sse.event_log RETURNING *)
    INSERT INTO sse.event_log SELECT tenant_id, seq, audience, recipients, type, payload, traceparent, created_at, day - ${days} FROM old`);
}

async function partitions(): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'sse.event_log'::regclass ORDER BY 1`,
  );
  return rows.map((row) => row.name);
}

const read = async () => (await server.eventLog.readRange(acme, 0, 1_000, 1_000)).map((event) => event.seq);

describe('Retention', () => {
  it('creates partitions for today and three days ahead, with the protection of their parent', async () => {
    expect(await partitions()).toHaveLength(5);
    expect(unprotected(await catalogTables(admin))).toEqual([]);
    expect(await server.eventLog.maintain()).toEqual({ made: 0, dropped: 0 });
  });

  it('moves rows of the default partition into one of their day, without changing what is read', async () => {
    await publish(5);
    await age(2);
    await publish(5);
    const { rows: stray } = await admin.query('SELECT count(*)::int AS n FROM sse.event_log_default');
    expect(stray).toEqual([{ n: 5 }]);
    expect(await server.eventLog.maintain()).toEqual({ made: 1, dropped: 0 });
    const { rows } = await admin.query(
      'SELECT (SELECT count(*)::int FROM sse.event_log_default) AS stray, (SELECT count(*)::int FROM sse.event_log_moving) AS moving',
    );
    expect(rows).toEqual([{ stray: 0, moving: 0 }]);
    expect(await read()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('reads no row of days that have a partition, however many there are', async () => {
    await publish(5);
    await age(2);
    await server.eventLog.maintain();
    await publish(5);
    // A session of its own, to count its reads per partition.
    const maintainer = new pg.Client({ connectionString: database.url });
    await maintainer.connect();
    await maintainer.query('BEGIN; SELECT sse.maintain(7, 3)');
    const { rows } = await maintainer.query(
      `SELECT relname FROM pg_stat_xact_user_tables WHERE relname ~ '^event_log_[0-9]' AND (seq_scan > 0 OR idx_scan > 0)`,
    );
    await maintainer.query('COMMIT');
    await maintainer.end();
    expect(rows).toEqual([]);
  });

  it('finds rows of days before, between and after the existing partitions', async () => {
    const { rows } = await admin.query<{ day: string }>(`
      INSERT INTO sse.event_log SELECT 'acme', n, 'tenant', NULL, 'x', '', NULL, now(), current_date + n
      FROM unnest(ARRAY[-40, -3, -2, 0, 3, 6]) AS n RETURNING day::text`);
    await admin.query('SELECT sse.maintain(365, 4)');
    const { rows: left } = await admin.query('SELECT FROM sse.event_log_default');
    expect(left).toEqual([]);
    const days = rows.map(({ day }) => `sse.event_log_${day.replaceAll('-', '')}`);
    expect(await partitions()).toEqual(expect.arrayContaining(days));
  });

  it('drops expired days, raises floor and checkpoint, and continues the sequence even when no event is left (G3)', async () => {
    await publish(5);
    await age(30);
    expect(await server.eventLog.maintain()).toEqual({ made: 1, dropped: 1 });
    const { floor, head } = await server.eventLog.bounds(acme);
    expect([floor, head]).toEqual([5, 5]);
    expect(await read()).toEqual([]);
    await publish(2);
    expect(await read()).toEqual([6, 7]);
    expect(await server.eventLog.firstSince(acme, new Date(0))).toBe(6);
  });

  it('resets a follower whose position is below the floor, and resumes one at the floor (P52)', async () => {
    const log = createPostgresSse({ connectionString: database.url, nodeId: 'hub' });
    const hub = await MemoryHub.start({ eventLog: log.eventLog });
    try {
      await publish(5);
      const { epoch } = await server.eventLog.bounds(acme);
      const before = await hub.connect({ user: 'before' });
      await age(30);
      await server.eventLog.maintain();
      await publish(2);
      await until('the newest', () => before.sink.seqs.includes(7));
      const late = await hub.connect({ user: 'late', cursor: `${epoch}.4` });
      const justInTime = await hub.connect({ user: 'just', cursor: `${epoch}.5` });
      await until('replayed', () => justInTime.sink.seqs.length === 2);
      await publish(1);
      for (const { sink } of [before, late, justInTime]) await until('live', () => sink.seqs.includes(8));
      expect(late.sink.types.slice(0, 3)).toEqual(['connected', 'resync', 'note']);
      expect(JSON.parse(late.sink.payloads('connected')[0] ?? '')).toMatchObject({ resume: 'reset' });
      expect(JSON.parse(late.sink.payloads('resync')[0] ?? '')).toMatchObject({ reason: 'history_gap' });
      expect([late, justInTime, before].map(({ sink }) => sink.seqs.filter((seq) => seq > 0))).toEqual([
        [8],
        [6, 7, 8],
        [6, 7, 8],
      ]);
    } finally {
      await hub.hub.stop();
      await log.stop();
    }
  });

  it('raises the floor only in the transaction of the drop, and the checkpoint once a minute', async () => {
    await publish(3);
    await age(30);
    expect(await server.eventLog.maintain()).toEqual({ made: 1, dropped: 1 });
    await publish(2);
    const stored = async () => (await admin.query('SELECT checkpoint, floor FROM sse.head')).rows;
    expect(await stored()).toEqual([{ checkpoint: '3', floor: '3' }]);
    await admin.query('SELECT sse.prune()');
    expect(await stored()).toEqual([{ checkpoint: '5', floor: '3' }]);
    await age(30);
    await admin.query('SELECT made FROM sse.maintain(365, 3)');
    const reader = new pg.Client({ connectionString: database.url });
    await reader.connect();
    await reader.query('BEGIN; SELECT FROM sse.event_log');
    await expect(admin.query('SELECT sse.maintain(7, 3)')).rejects.toMatchObject({ code: '55P03' });
    expect(await stored()).toEqual([{ checkpoint: '5', floor: '3' }]);
    await reader.query('COMMIT');
    await reader.end();
    await admin.query('SELECT sse.maintain(7, 3)');
    expect(await stored()).toEqual([{ checkpoint: '5', floor: '5' }]);
  });

  it('yields to a reader, and completes when the reader has finished', async () => {
    const reader = new pg.Client({ connectionString: database.url });
    await reader.connect();
    await publish(3);
    await age(30);
    await reader.query('BEGIN');
    await reader.query('SELECT FROM sse.event_log');
    const { rows: waiting } = await reader.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    expect(waiting).toHaveLength(1);
    const maintained = server.eventLog.maintain();
    // While maintenance waits for its lock, others continue to read and publish.
    await publish(3);
    await reader.query('COMMIT');
    expect(await maintained).toEqual({ made: 1, dropped: 1 });
    expect(await read()).toEqual([4, 5, 6]);
    await reader.end();
  });

  it('deletes expired dedupe keys, tickets and old batches, never the newest batch', async () => {
    await publish(3);
    await admin.query(`UPDATE sse.batch SET at = at - interval '2 hours';
      INSERT INTO sse.dedupe VALUES ('acme', 'old', now() - interval '1 s'), ('acme', 'new', now() + interval '1 h');
      INSERT INTO sse.ticket VALUES (sha256('old'), 'acme', '{}', NULL, now() - interval '1 s')`);
    const { rows: before } = await admin.query<{ no: string }>('SELECT max(no) AS no FROM sse.batch');
    await server.eventLog.maintain();
    const { rows } =
      await admin.query(`SELECT (SELECT array_agg(no) FROM sse.batch) AS batches, (SELECT array_agg(key) FROM sse.dedupe) AS keys,
      (SELECT count(*)::int FROM sse.ticket) AS tickets`);
    expect(rows).toEqual([{ batches: [before[0]?.no], keys: ['new'], tickets: 0 }]);
    await publish(1);
    expect(server.reports.announced.map((hint) => hint.no)).toEqual(server.reports.announced.map((_, i) => i + 1));
  });
});

describe('Batch tail', () => {
  it('delivers lost hints to every server, from the batches that it has not seen', async () => {
    const other = await startLogServer(database, { nodeId: 'other' });
    await publish(3);
    await until('observed', () => other.reports.observed.some((hint) => hint.heads.acme === 3), 5_000);
    await stopLogServer(other);
  });

  it('reads the heads from the log when a server was paused longer than batches are kept', async () => {
    const other = await startLogServer(database, { nodeId: 'sleeper' });
    await publish(1);
    await server.eventLog.append([
      { tenantId: asTenantId('__proto__'), audience: 'tenant', recipients: null, type: 'note', payload: 'x' },
    ]);
    await publish(1);
    await admin.query('DELETE FROM sse.batch WHERE no < (SELECT max(no) FROM sse.batch)');
    await until(
      'both tenants',
      () => {
        const heads = new Map(other.reports.observed.flatMap((hint) => Object.entries(hint.heads)));
        return heads.get('acme') === 2 && heads.get('__proto__') === 1;
      },
      5_000,
    );
    await stopLogServer(other);
  });
});

describe('Identity of the log', () => {
  const typeOf: Readonly<Record<string, string>> = {
    timeline: 'integer',
    system_identifier: 'bigint',
    database_oid: 'oid',
    table_oid: 'oid',
  };

  it('changes with the timeline (fail-over) or the cluster (restore): every epoch changes, every server detects it, seq continues to rise', async () => {
    const other = await startLogServer(database, { nodeId: 'other' });
    await publish(2);
    const before = await server.eventLog.bounds(acme);
    // As on a promoted standby or a restored backup, whose own timeline differs from the recorded one.
    await admin.query('UPDATE sse.log_identity SET timeline = timeline + 1');
    await until(
      'both detect it',
      () => server.reports.identityChanges === 1 && other.reports.identityChanges === 1,
      5_000,
    );
    const after = await server.eventLog.bounds(acme);
    expect(after.epoch).not.toBe(before.epoch);
    expect((await other.eventLog.bounds(acme)).epoch).toBe(after.epoch);
    await publish(1);
    expect(await read()).toEqual([1, 2, 3]);
    await stopLogServer(other);
  });

  it('changes with each property that identifies a log, and stays the same otherwise', async () => {
    const identify = async (): Promise<string | undefined> =>
      (await admin.query<{ log: string }>('SELECT sse.identify_log() AS log')).rows[0]?.log;
    const seen = [await identify()];
    expect(await identify()).toBe(seen[0]);
    for (const column of ['timeline', 'system_identifier', 'database_oid', 'table_oid']) {
      await admin.query(`UPDATE sse.log_identity SET ${column} = (${column}::bigint + 1)::text::${typeOf[column]}`);
      seen.push(await identify());
      expect(await identify()).toBe(seen.at(-1));
    }
    expect(new Set(seen).size).toBe(5);
  });

  it('differs in a copy of the database on the same PostgreSQL', async () => {
    const original = await createTestDatabase();
    const copy = `${original.name}_copy`;
    const identity = async (url: string): Promise<unknown> => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query('SELECT sse.identify_log() AS log');
      await client.end();
      return rows[0];
    };
    try {
      const before = await identity(original.url);
      await until('no session is connected', () =>
        admin.query(`CREATE DATABASE ${copy} TEMPLATE ${original.name}`).then(
          () => true,
          () => false,
        ),
      );
      const copied = new URL(original.url);
      copied.pathname = `/${copy}`;
      expect(await identity(copied.href)).not.toEqual(before);
      expect(await identity(original.url)).toEqual(before);
    } finally {
      await admin.query(`DROP DATABASE IF EXISTS ${copy} WITH (FORCE)`);
      await original.drop();
    }
  });
});

describe('Readiness of the event log', () => {
  it('fails and names the shard while no server sequences it', async () => {
    expect(await server.eventLog.health()).toEqual({ ok: true });
    await admin.query(`UPDATE sse.lease SET owner = 'gone', term = term + 1, until = clock_timestamp() - interval '1 s';
      REVOKE EXECUTE ON FUNCTION sse.take_leases(text, integer[], integer) FROM herald_app`);
    const unhealthy = await until('unhealthy', async () => {
      const health = await server.eventLog.health();
      return health.ok ? null : health;
    });
    expect(unhealthy.detail).toContain('shard 0');
    await admin.query('GRANT EXECUTE ON FUNCTION sse.take_leases(text, integer[], integer) TO herald_app');
    await until('healthy again', async () => (await server.eventLog.health()).ok);
  });

  it('recovers by itself after every connection was cut', async () => {
    await publish(1);
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await until('publishing works', () =>
      server.eventLog
        .append([{ tenantId: acme, audience: 'tenant', recipients: null, type: 'note', payload: 'after' }])
        .then(
          () => true,
          () => false,
        ),
    );
    await until('sequenced', async () => (await server.eventLog.bounds(acme)).head === 2);
  });
});
