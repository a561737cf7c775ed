import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asTenantId } from '@nest-herald/platform';
import { MemoryHub } from '@nest-herald/sse/testing';
import { ROOT } from '../support/built-service.js';
import { type LogServer, startLogServer, stopLogServer } from '../support/log-server.js';
import { until } from '../support/until.js';
import { debianBinaries } from './cluster/debian-postgres.js';
import { PostgresServer } from './cluster/postgres-server.js';
import { runProfile } from './profile.js';

/** The suites about what PostgreSQL must provide: sequencing, isolation, publishing, retention. */
const SUITES = ['sequencer', 'isolation', 'publishing', 'retention'].map((name) => `test/e2e/postgres-${name}`);

const ACME = asTenantId('acme');

const isInstalled = debianBinaries() !== null;
if (!isInstalled && process.env['REQUIRE_BROKERS'] !== '1') {
  process.stderr.write(
    '\nSKIPPED: PostgreSQL 15 is not installed (apt-get install postgresql-15); no test runs on it here.\n',
  );
}
/** In CI a missing server is a failure. */
const describeOn15 = isInstalled || process.env['REQUIRE_BROKERS'] === '1' ? describe : describe.skip;

describeOn15('PostgreSQL 15, the oldest supported version', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await PostgresServer.create('15');
  }, 60_000);

  afterAll(async () => {
    await server?.destroy();
  });

  it('passes the suites of sequencing, isolation, publishing and retention', async () => {
    const [version] = await server.query<{ v: string }>('postgres', `SELECT current_setting('server_version') AS v`);
    expect(version?.v).toMatch(/^15\./);
    const { code, output } = await runSuites(server.url());
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
    expect(output).toMatch(new RegExp(`Test Suites: ${SUITES.length} passed`));
  }, 400_000);

  it('resets every old position after a restore from a dump, continues the numbers, and sends no lost event twice', async () => {
    const database = await server.createDatabase();
    const start = () => startLogServer({ url: server.url(database) });
    const publish = async (node: LogServer, payload: string, head: number): Promise<void> => {
      await node.eventLog.append([{ tenantId: ACME, audience: 'tenant', recipients: null, type: 'note', payload }]);
      await until('the event has its number', async () => (await node.eventLog.bounds(ACME)).head === head);
    };
    const dump = join(server.directory, 'backup');
    const before = await start();
    await publish(before, 'kept', 1);
    await postgres15('pg_dump', ['--format=custom', `--file=${dump}`, server.url(database)]);
    await publish(before, 'lost', 2);
    const { epoch } = await before.eventLog.bounds(ACME);
    await stopLogServer(before);
    await server.query(database, 'DROP SCHEMA sse, herald CASCADE');
    await postgres15('pg_restore', ['--exit-on-error', `--dbname=${server.url(database)}`, dump]);

    const node = await start();
    const hub = await MemoryHub.start({ eventLog: node.eventLog });
    try {
      const { sink } = await hub.connect({ tenant: ACME, cursor: `${epoch}.2` });
      const honoured = await hub.connect({ tenant: ACME, user: 'bob', cursor: `${epoch}.1` });
      await publish(node, 'new', 2);
      for (const one of [sink, honoured.sink]) {
        await until('live', () => one.payloads('note').includes('new'));
        expect(one.types.slice(0, 3)).toEqual(['connected', 'resync', 'note']);
        expect(JSON.parse(one.payloads('resync')[0] ?? '')).toMatchObject({ reason: 'epoch' });
      }
      expect((await node.eventLog.readRange(ACME, 0, 10, 10)).map(({ payload }) => payload)).toEqual(['kept', 'new']);
    } finally {
      await hub.hub.stop();
      await node.stop();
    }
  }, 60_000);

  it('keeps every guarantee under faults', async () => {
    const result = await runProfile({
      seed: 15,
      postgres: '15',
      backplane: 'postgres',
      servers: 2,
      tenants: 2,
      shards: 2,
      rounds: 1,
      pauseMs: [50, 200],
      events: 10_000,
      eventsPerSecond: 1_000,
    });
    expect({ counts: result.verdict.counts, first: result.verdict.violations }).toEqual({ counts: {}, first: [] });
    expect(result.unexpectedExits).toEqual([]);
    result.discard();
  }, 400_000);
});

/** Runs a client program of PostgreSQL 15. */
async function postgres15(program: string, args: readonly string[]): Promise<void> {
  await promisify(execFile)(join(dirname(debianBinaries()?.postgres ?? ''), program), args);
}

/** Runs Jest in a child process, on the given server instead of the embedded one. */
function runSuites(url: string): Promise<{ readonly code: number; readonly output: string }> {
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
    TEST_DATABASE_URL: url,
  };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['node_modules/jest/bin/jest.js', '--runInBand', ...SUITES],
      { cwd: ROOT, env, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : 1, output: stdout + stderr }),
    );
  });
}
