import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asTenantId } from '@nest-herald/sse';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { until } from '../support/until.js';
import { check } from './checker/checker.js';
import { EVENT_TYPE, type FollowerLine, type History, type PublisherLine } from './checker/records.js';
import { ChaosNode } from './cluster/chaos-server.js';
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
const PATIENCE_MS = 60_000;

let primary: PostgresServer;
let replica: PostgresServer;
let stream: FaultProxy;
let database: string;
let tree: ServiceTree;
let directory: string;
const nodes: ChaosNode[] = [];
const followers: Follower[] = [];
const lines: PublisherLine[] = [];

beforeEach(async () => {
  tree = await ServiceTree.create();
  directory = mkdtempSync(join(tmpdir(), 'herald-promotion-'));
  primary = await PostgresServer.create();
  database = await primary.createDatabase();
  stream = await startFaultProxy(primary.port);
  replica = await primary.createReplica(stream.port);
  for (const name of ['n0', 'n1']) {
    const node = await ChaosNode.start(name, tree, primary.port, (port) => ({
      DATABASE_URL: primary.url(database, port),
      JWT_SECRET: TEST_JWT_SECRET,
      SSE_HEARTBEAT_MS: '5000',
      SSE_CONNECTS_PER_MINUTE: '0',
      LOG_LEVEL: 'warn',
    }));
    nodes.push(node);
  }
  await Promise.all(nodes.map((node) => node.untilReady()));
}, 120_000);

afterEach(async () => {
  await Promise.all(followers.splice(0).map((follower) => follower.stop()));
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
  await stream.close();
  await Promise.all([primary.destroy(), replica.destroy()]);
  tree.remove();
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

describe('a replica that is promoted without the last of the log', () => {
  it('makes every client of the lost part fetch its state anew, those that come back as well as those that stayed, and goes on without loss or doubling', async () => {
    // Calm ones stay connected, restless ones come and go with their cursors.
    const specs = followersOf([TENANT]);
    for (const [index, spec] of specs.entries()) follow(spec, index);
    await until('all are connected', () => followers.every((one) => one.isOpen), PATIENCE_MS);

    await publish(primary, 'kept', 200);
    await everybodyHas('kept', 200);
    const [{ lsn } = { lsn: '0/0' }] = await primary.query<{ lsn: string }>(
      'postgres',
      'SELECT pg_current_wal_insert_lsn() AS lsn',
    );
    const caughtUp = 'SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS done';
    await until(
      'the replica has it',
      async () => (await replica.query<{ done: boolean }>('postgres', caughtUp, [lsn]))[0]?.done,
      PATIENCE_MS,
    );
    stream.hold();
    await publish(primary, 'tail', 50);
    await everybodyHas('tail', 50);
    const before = await historyAt(primary);

    await primary.kill();
    stream.cut();
    stream.pointTo(null);
    await replica.query('postgres', 'SELECT pg_promote(true, 30)');
    for (const node of nodes) {
      node.database.pointTo(replica.port);
      node.database.cut();
    }
    // The tail is lost: what comes now takes its numbers. Who was told later has state of after these, so others prove the rest.
    await publish(replica, 'new', 100);
    await until('everybody is told', () => followers.every((one) => one.resyncs > 0), PATIENCE_MS);
    await publish(replica, 'last', 20);
    await everybodyHas('last', 20);
    await Promise.all(followers.map((follower) => follower.stop()));

    const after = await historyAt(replica);
    expect(after.epoch).not.toBe(before.epoch);
    expect(after.entries.map(({ key }) => key.split('/')[1]?.split('-')[0])).not.toContain('tail');
    const verdict = check({
      publishers: lines,
      followers: specs.map((identity) => ({ identity, lines: readJsonLines<FollowerLine>(logOf(identity)) })),
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
  const urls = new Map(nodes.map((node) => [node.name, node.url]));
  followers.push(new Follower({ spec, logFile: logOf(spec), nodes: urls, random: seededRandom(index) }));
}

/** Events to everybody, each its own transaction. */
async function publish(server: PostgresServer, phase: string, events: number): Promise<void> {
  const sse = createPostgresSse({ connectionString: server.url(database), nodeId: 'publisher' });
  try {
    for (let n = 1; n <= events; n += 1) {
      const tx = `${TENANT}/${phase}-${n}`;
      const one = { key: `${tx}.0`, audience: 'tenant', insertedAt: wallClockMs() };
      lines.push({ kind: 'attempt', tx, tenant: TENANT, events: [one], dropped: [], isEphemeral: false });
      const base = { tenantId: asTenantId(TENANT), audience: 'tenant', recipients: null };
      await sse.eventLog.append([{ ...base, type: EVENT_TYPE, payload: one.key }]);
      lines.push({ kind: 'outcome', tx, outcome: 'committed', at: wallClockMs() });
    }
  } finally {
    await sse.stop();
  }
}

async function everybodyHas(phase: string, events: number): Promise<void> {
  const last = `${TENANT}/${phase}-${events}.0`;
  await until(`everybody has ${last}`, () => followers.every((one) => one.lastKey === last), PATIENCE_MS);
}

async function historyAt(server: PostgresServer): Promise<History> {
  const epoch = epochOf(await logIdOf(server, database), TENANT);
  return { tenant: TENANT, epoch, entries: await historyOf(server, database, TENANT) };
}
