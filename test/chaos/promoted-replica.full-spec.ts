import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asTenantId } from '@nest-herald/platform';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { until } from '../support/until.js';
import { check } from './checker/checker.js';
import { EVENT_TYPE, type FollowerRecord, type History, type PublisherRecord } from './checker/records.js';
import { ChaosServer } from './cluster/chaos-server.js';
import { type FaultProxy, startFaultProxy } from './cluster/fault-proxy.js';
import { PostgresServer } from './cluster/postgres-server.js';
import { ServiceTree } from './cluster/service-tree.js';
import { epochOf, historyOf, logIdOf } from './history.js';
import { readJsonLines } from './json-lines.js';
import { Follower } from './load/follower.js';
import { followersOf, type FollowerSpec } from './load/population.js';
import { seededRandom } from './seeded-random.js';
import { wallClockMs } from './wall-clock.js';
import { TEST_JWT_SECRET } from '../support/service.js';

const TENANT = 't0';
const TIMEOUT_MS = 60_000;

let primary: PostgresServer;
let replica: PostgresServer;
let stream: FaultProxy;
let database: string;
let tree: ServiceTree;
let directory: string;
const servers: ChaosServer[] = [];
const followers: Follower[] = [];
const records: PublisherRecord[] = [];

beforeEach(async () => {
  tree = await ServiceTree.create();
  directory = mkdtempSync(join(tmpdir(), 'herald-promotion-'));
  primary = await PostgresServer.create();
  database = await primary.createDatabase();
  stream = await startFaultProxy(primary.port);
  replica = await primary.createReplica(stream.port);
  for (const name of ['n0', 'n1']) {
    const server = await ChaosServer.start(name, tree, primary.port, (port) => ({
      DATABASE_URL: primary.url(database, port),
      JWT_SECRET: TEST_JWT_SECRET,
      SSE_HEARTBEAT_MS: '5000',
      SSE_CONNECTS_PER_MINUTE: '0',
      LOG_LEVEL: 'warn',
    }));
    servers.push(server);
  }
  await Promise.all(servers.map((server) => server.untilReady()));
}, 120_000);

afterEach(async () => {
  await Promise.all(followers.splice(0).map((follower) => follower.stop()));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await stream.close();
  await Promise.all([primary.destroy(), replica.destroy()]);
  tree.remove();
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

describe('A replica that is promoted without the end of the log', () => {
  it('makes every client of the lost part reload its state, whether it reconnects or stays connected, and continues without losses or duplicates', async () => {
    // Calm followers stay connected; restless ones reconnect with their cursors.
    const specs = followersOf([TENANT]);
    for (const [index, spec] of specs.entries()) follow(spec, index);
    await until('all are connected', () => followers.every((one) => one.isOpen), TIMEOUT_MS);

    await publish(primary, 'kept', 200);
    await allHave('kept', 200);
    const [{ lsn } = { lsn: '0/0' }] = await primary.query<{ lsn: string }>(
      'postgres',
      'SELECT pg_current_wal_insert_lsn() AS lsn',
    );
    const caughtUp = 'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done';
    await until(
      'the replica has caught up',
      async () => (await replica.query<{ done: boolean }>('postgres', caughtUp, [lsn]))[0]?.done,
      TIMEOUT_MS,
    );
    stream.hold();
    await publish(primary, 'tail', 50);
    await allHave('tail', 50);
    const before = await historyAt(primary);

    await primary.kill();
    stream.cut();
    stream.pointTo(null);
    await replica.query('postgres', 'SELECT pg_promote(true, 30)');
    for (const server of servers) {
      server.database.pointTo(replica.port);
      server.database.cut();
    }
    // The tail is lost, and new events take its numbers. A follower that gets its resync late has loaded the state after these
    // events, so later events prove the rest.
    await publish(replica, 'new', 100);
    await until('all followers got a resync', () => followers.every((one) => one.resyncs > 0), TIMEOUT_MS);
    await publish(replica, 'last', 20);
    await allHave('last', 20);
    await Promise.all(followers.map((follower) => follower.stop()));

    const after = await historyAt(replica);
    expect(after.epoch).not.toBe(before.epoch);
    expect(after.entries.map(({ key }) => key.split('/')[1]?.split('-')[0])).not.toContain('tail');
    const verdict = check({
      publishers: records,
      followers: specs.map((identity) => ({ identity, records: readJsonLines<FollowerRecord>(logOf(identity)) })),
      histories: [{ ...before, isSuperseded: true }, after],
      allowedResyncs: ['epoch', 'invalid_cursor'],
    });
    expect({ counts: verdict.counts, first: verdict.violations }).toEqual({ counts: {}, first: [] });
  }, 240_000);
});

function logOf(spec: Pick<FollowerSpec, 'name'>): string {
  return join(directory, `${spec.name}.jsonl`);
}

function follow(spec: FollowerSpec, index: number): void {
  const urls = new Map(servers.map((server) => [server.name, server.url]));
  followers.push(new Follower({ spec, logFile: logOf(spec), servers: urls, random: seededRandom(index) }));
}

/** Publishes events to the tenant, each in its own transaction. */
async function publish(server: PostgresServer, phase: string, events: number): Promise<void> {
  const sse = createPostgresSse({ connectionString: server.url(database), nodeId: 'publisher' });
  try {
    for (let n = 1; n <= events; n += 1) {
      const tx = `${TENANT}/${phase}-${n}`;
      const one = { key: `${tx}.0`, audience: 'tenant', insertedAt: wallClockMs() };
      records.push({ kind: 'attempt', tx, tenant: TENANT, events: [one], dropped: [], isEphemeral: false });
      const base = { tenantId: asTenantId(TENANT), audience: 'tenant', recipients: null };
      await sse.eventLog.append([{ ...base, type: EVENT_TYPE, payload: one.key }]);
      records.push({ kind: 'outcome', tx, outcome: 'committed', at: wallClockMs() });
    }
  } finally {
    await sse.stop();
  }
}

async function allHave(phase: string, events: number): Promise<void> {
  const last = `${TENANT}/${phase}-${events}.0`;
  await until(`all followers have ${last}`, () => followers.every((one) => one.lastKey === last), TIMEOUT_MS);
}

async function historyAt(server: PostgresServer): Promise<History> {
  const epoch = epochOf(await logIdOf(server, database), TENANT);
  return { tenant: TENANT, epoch, entries: await historyOf(server, database, TENANT) };
}
