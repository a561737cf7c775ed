import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded-postgres.js';
import { migrate } from '../../src/database/migrate.js';
import { startDatabase } from '../../src/database/running-database.js';
import { ENTRY } from '../support/built-service.js';
import { countRows, createFirstVersionDatabase, FIRST_VERSION, restoreFirstVersion } from '../support/first-version.js';
import { type Answer, call } from '../support/http.js';
import { schemaText } from '../support/schema-text.js';
import { runToExit, type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { openStream } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { databaseUrl } from '../support/test-server.js';

let fresh: TestDatabase;
let freshSchema: string;

beforeAll(async () => {
  fresh = await createTestDatabase();
  freshSchema = await withClient(fresh.url, schemaText);
}, 120_000);

afterAll(() => fresh.drop());

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Names in the history of version 0.1.0, or null where that is gone. */
async function firstHistory(client: pg.Client): Promise<readonly string[] | null> {
  const { rows } = await client.query<{ found: boolean }>(
    `SELECT to_regclass('herald.migration') IS NOT NULL AS found`,
  );
  if (rows[0]?.found !== true) return null;
  return (await client.query<{ name: string }>('SELECT name FROM herald.migration ORDER BY id')).rows.map(
    (r) => r.name,
  );
}

describe('The service on a database of version 0.1.0', () => {
  let database: Awaited<ReturnType<typeof createFirstVersionDatabase>>;
  let client: pg.Client;
  let service: Service;
  const tokens = new Map<string, string>();
  const environment = () => ({ DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET, DEMO_COMPANY: 'true' });

  beforeAll(async () => {
    database = await createFirstVersionDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  }, 60_000);
  afterAll(async () => {
    await service?.stop();
    await client?.end();
    await database?.drop();
  });

  async function tokenOf(userId: string): Promise<string> {
    let token = tokens.get(userId);
    if (token === undefined) {
      token = (await call(`${service.url}/api/v1/demo/sign-in`, { body: { userId } })).body.accessToken as string;
      tokens.set(userId, token);
    }
    return token;
  }
  const as = async (userId: string, method: string, path: string, body?: unknown): Promise<Answer> =>
    call(`${service.url}/api/v1/${path}`, {
      method,
      token: await tokenOf(userId),
      ...(body === undefined ? {} : { body }),
    });

  it('ends with code 78 and the remedy unless a conversion is wanted, and changes nothing', async () => {
    const { code, output } = await runToExit(environment());
    expect(code).toBe(78);
    expect(output).toBe(
      'The database is of version 0.1.0: back it up, stop the servers of that version, and start once with --convert or DATABASE_CONVERT=true.\n',
    );
    expect(await firstHistory(client)).toHaveLength(18);
    expect(await countRows(client)).toEqual(FIRST_VERSION.counts);
  });

  it('leaves the old history and schema when it is killed in the middle of a conversion', async () => {
    const before = await schemaText(client);
    // The conversion waits for this lock after its first half.
    const reader = new pg.Client({ connectionString: database.url });
    await reader.connect();
    await reader.query('BEGIN; LOCK TABLE herald.migration IN ACCESS SHARE MODE');
    const child = spawn(process.execPath, [ENTRY, '--convert'], {
      stdio: 'ignore',
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', ...environment() },
    });
    const exit = once(child, 'exit');
    await until(client, `wait_event_type = 'Lock'`, 1);
    child.kill('SIGKILL');
    expect(await exit).toEqual([null, 'SIGKILL']);
    await reader.end();
    await until(client, 'true', 0);
    expect(await firstHistory(client)).toHaveLength(18);
    expect(await schemaText(client)).toBe(before);
    expect(before).not.toBe(freshSchema);
  });

  it('converts it, and afterwards the schema is the one of a fresh database', async () => {
    service = await startService({ ...environment(), DATABASE_CONVERT: 'true' });
    expect(service.output()).toContain('was converted');
    expect(await firstHistory(client)).toBeNull();
    expect(await schemaText(client)).toBe(freshSchema);
  }, 60_000);

  it('resumes a client at its position, without a resync, and delivers what was waiting', async () => {
    const { userId, lastEventId, missed } = FIRST_VERSION.client;
    const { type, count } = FIRST_VERSION.waiting;
    const stream = await openStream(service.url, { token: await tokenOf(userId), lastEventId });
    await stream.until(() => stream.of(type).length === count);
    await stream.close();
    expect(stream.of('resync')).toEqual([]);
    const events = stream.events().filter(({ id, event }) => id !== undefined && event !== 'connected');
    expect(events.map(({ event }) => event)).toEqual([...missed, ...Array.from({ length: count }, () => type)]);
    const epoch = lastEventId.split('.')[0];
    expect(new Set(events.map(({ id }) => id?.split('.')[0]))).toEqual(new Set([epoch]));
    const { rows } = await client.query('SELECT log_id FROM sse.log_identity');
    expect(rows).toEqual([{ log_id: FIRST_VERSION.logId }]);
  });

  it('verifies every audit chain', async () => {
    for (const { tenantId, instanceId, rows, lastHash } of FIRST_VERSION.chains) {
      const { body } = await as(`${tenantId}.admin`, 'GET', `process-instances/${instanceId}/verify`);
      expect(body).toEqual({ ok: true, rows, lastHash });
    }
    expect(FIRST_VERSION.chains).toHaveLength(FIRST_VERSION.counts['herald.apv_instance'] ?? 0);
  });

  it('has as many rows as before', async () => {
    const counts = await countRows(client);
    const lasting = Object.keys(counts).filter((name) => name.startsWith('herald.') && name !== 'herald.idempotency');
    for (const name of lasting) expect([name, counts[name]]).toEqual([name, FIRST_VERSION.counts[name]]);
    // What was in the outbox is now in the log.
    const { 'sse.outbox': waiting = 0, 'sse.event_log': logged = 0 } = FIRST_VERSION.counts;
    expect(counts).toMatchObject({ 'sse.outbox': 0, 'sse.event_log': logged + waiting });
    const { rows } = await client.query(
      'SELECT tenant_id, status, count(*)::int AS n FROM herald.apv_instance GROUP BY 1, 2 ORDER BY 1, 2',
    );
    expect(rows).toEqual(FIRST_VERSION.statuses);
  });

  it('decides a running instance to its end', async () => {
    const { instanceId, tasks } = FIRST_VERSION.running;
    for (const { taskId, userId } of tasks) {
      const { body } = await as(userId, 'GET', `process-instances/${instanceId}`);
      if (body.status !== 'running') break;
      expect((await as(userId, 'POST', `approval-tasks/${taskId}/approve`, { comment: 'Agreed.' })).status).toBe(200);
    }
    expect((await as('acme.buyer', 'GET', `process-instances/${instanceId}`)).body.status).toBe('approved');
    expect((await as('acme.admin', 'GET', `process-instances/${instanceId}/verify`)).body.ok).toBe(true);
  });
});

describe('Migrating a database of version 0.1.0', () => {
  it('keeps every row', async () => {
    const database = await createFirstVersionDatabase();
    await withClient(database.url, async (client) => {
      expect((await migrate(database.url, { convert: true })).converted).toBe(true);
      expect(await countRows(client)).toEqual(FIRST_VERSION.counts);
      expect(await schemaText(client)).toBe(freshSchema);
      expect(await migrate(database.url, { convert: true })).toEqual({ ran: [], converted: false, ahead: [] });
    });
    await database.drop();
  });

  it('refuses a history with a missing, an additional or another name', async () => {
    const database = await createFirstVersionDatabase();
    await withClient(database.url, async (client) => {
      for (const [sql, message] of [
        [`INSERT INTO herald.migration (timestamp, name) VALUES (1, 'Mine1')`, /it has Mine1/],
        [`DELETE FROM herald.migration WHERE name IN ('Mine1', 'Approvals1700000000400')`, /it lacks Approvals/],
        [`INSERT INTO herald.migration (timestamp, name) VALUES (1, 'Approvals2')`, /lacks.*, and has Approvals2/],
      ] as const) {
        await client.query(sql);
        const before = await firstHistory(client);
        await expect(migrate(database.url, { convert: true })).rejects.toMatchObject({
          code: 'ERR_MIGRATION_UNKNOWN_HISTORY',
          exitCode: 78,
          message: expect.stringMatching(message),
        });
        expect(await firstHistory(client)).toEqual(before);
      }
    });
    await database.drop();
  });
});

describe('The built-in database of version 0.1.0', () => {
  it('is converted at the next start', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'herald-first-'));
    try {
      const server = await startEmbeddedPostgres({ dataDir: join(dataDir, 'database') });
      await withClient(server.url, (client) => client.query('CREATE DATABASE herald'));
      await restoreFirstVersion(databaseUrl(server.url, 'herald'));
      await server.stop();
      const notices: string[] = [];
      const database = await startDatabase({ dataDir }, (text) => notices.push(text));
      const url = databaseUrl(database.embedded?.url ?? '', 'herald');
      const counts = await withClient(url, countRows);
      const schema = await withClient(url, schemaText);
      await database.embedded?.stop();
      expect(notices).toContain('The database of version 0.1.0 was converted.');
      expect(counts).toEqual(FIRST_VERSION.counts);
      expect(schema).toBe(freshSchema);
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  }, 60_000);
});

/** Waits until so many sessions of a migration in this database fulfil a condition. */
async function until(client: pg.Client, condition: string, count: number): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'herald-migrate' AND ${condition}`);
    if (rows[0]?.n === count) return;
    await delay(20);
  }
}
