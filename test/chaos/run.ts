import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { asTenantId } from '@nest-herald/platform';
import { signToken } from '../support/token.js';
import { check, type Verdict } from './checker/checker.js';
import { EVENT_TYPE, type FollowerRecord, type History, type PublisherRecord } from './checker/records.js';
import { ChaosCluster, type ClusterOptions } from './cluster/chaos-cluster.js';
import { emptyTally, type Fault, type FaultTally } from './faults/fault.js';
import { runFaults } from './faults/schedule.js';
import { epochOf, historyOf, logIdOf } from './history.js';
import { JsonLines, readJsonLines } from './json-lines.js';
import { holdForeignTransaction } from './load/foreign-transaction.js';
import { Follower, type FollowerOptions } from './load/follower.js';
import { type FollowerSpec, followersOf, tenantNames } from './load/population.js';
import { startPublishers } from './load/publishers.js';
import { seededRandom } from './seeded-random.js';

const PAUSE_BETWEEN_LAST_MS = 300;

/** One run: a cluster, a load, faults. */
export interface RunPlan {
  readonly name: string;
  readonly seed: number;
  readonly cluster: ClusterOptions;
  readonly tenants: number;
  readonly followersPerTenant?: number;
  readonly load: {
    readonly writers: number;
    readonly senders: number;
    readonly batch: number;
    readonly eventsPerSecond: number;
    /** The load ends after this many acknowledged events, and not before all faults have run. */
    readonly events: number;
  };
  readonly faults: readonly Fault[];
  readonly pauseMs?: readonly [number, number];
  /** How long the last event may take to reach all followers after the faults, in ms. @defaultValue 30,000 */
  readonly settleMs?: number;
  readonly allowedResyncs?: readonly string[];
  /** Options of particular followers. */
  readonly followerOptions?: ((spec: FollowerSpec) => Pick<FollowerOptions, 'firstCursor' | 'losesFirst'>) | undefined;
  /** Receives the progress of the run. */
  readonly report?: (text: string) => void;
}

/** The result of a run. */
export interface RunResult {
  readonly plan: RunPlan;
  readonly verdict: Verdict;
  readonly tally: FaultTally;
  readonly seconds: number;
  /** Output of the processes that ended without being killed. */
  readonly unexpectedExits: readonly string[];
  /** Error messages of publishers and how often each occurred. */
  readonly publisherFailures: readonly (readonly [string, number])[];
  /** All logs of the run. Delete it with `discard`. */
  readonly directory: string;
  discard(): void;
}

/** Runs the plan and checks it. It leaves no process running, even if it fails. */
export async function runChaos(plan: RunPlan): Promise<RunResult> {
  const { report = () => undefined } = plan;
  const startedAt = performance.now();
  const directory = mkdtempSync(join(tmpdir(), `herald-run-${plan.name}-`));
  const random = seededRandom(plan.seed);
  const tenants = tenantNames(plan.tenants);
  const tally = emptyTally();
  const cluster = await ChaosCluster.start(plan.cluster);
  const foreign = holdForeignTransaction(plan.cluster.postgres.url(plan.cluster.database));
  const followers: Follower[] = [];
  try {
    const servers = new Map(cluster.servers.map((server) => [server.name, server.url]));
    const specs = followersOf(tenants, plan.followersPerTenant);
    for (const [index, spec] of specs.entries()) {
      const logFile = join(directory, `${spec.name}.jsonl`);
      const own = seededRandom(plan.seed * 1_000 + index);
      followers.push(new Follower({ spec, logFile, servers, random: own, ...plan.followerOptions?.(spec) }));
    }
    await untilTrue(() => followers.every((follower) => follower.isOpen), 30_000);
    const publishers = await startPublishers({
      ...plan.load,
      logFile: join(directory, 'publishers.jsonl'),
      seed: plan.seed,
      tenants,
      databaseUrl: cluster.postgres.url(plan.cluster.database),
      postgresEntry: plan.cluster.tree.postgresEntry,
      shards: plan.cluster.shards,
      http: [...servers.values()],
      tokens: await senderTokens(tenants),
    });
    try {
      await runFaults(plan.faults, { cluster, followers, random, tally }, plan.pauseMs ?? [200, 900]);
      report('all faults have run');
      await publishers.untilAcknowledged(plan.load.events);
    } finally {
      await publishers.stop();
    }
    report(`${publishers.acknowledged()} events acknowledged, waiting for the last event`);
    for (const follower of followers) follower.settle();
    await cluster.untilReady();
    const last = new JsonLines<PublisherRecord>(join(directory, 'last.jsonl'), true);
    const keys = await publishLast(plan, tenants, last);
    last.close();
    const hasAll = (): boolean => followers.every((one) => one.lastKey === keys.get(one.tenant));
    await untilTrue(hasAll, plan.settleMs ?? 30_000);
    await Promise.all(followers.map((follower) => follower.stop()));
    const histories = await historiesOf(plan.cluster, tenants);
    const verdict = check({
      publishers: publisherLines(directory),
      followers: specs.map((identity) => ({
        identity,
        records: readJsonLines<FollowerRecord>(join(directory, `${identity.name}.jsonl`)),
      })),
      histories,
      ...(plan.allowedResyncs === undefined ? {} : { allowedResyncs: plan.allowedResyncs }),
    });
    return {
      plan,
      verdict,
      tally,
      seconds: Math.round((performance.now() - startedAt) / 100) / 10,
      unexpectedExits: cluster.servers.flatMap((server) => server.unexpectedExits),
      publisherFailures: publishers.failures(),
      directory,
      discard: () => rmSync(directory, { recursive: true, force: true }),
    };
  } finally {
    await foreign.end();
    await Promise.all(followers.map((follower) => follower.stop()));
    await cluster.stop();
  }
}

async function historiesOf({ postgres, database }: ClusterOptions, tenants: readonly string[]): Promise<History[]> {
  const logId = await logIdOf(postgres, database);
  const histories: History[] = [];
  for (const tenant of tenants) {
    histories.push({ tenant, epoch: epochOf(logId, tenant), entries: await historyOf(postgres, database, tenant) });
  }
  return histories;
}

/** Publishes a last event to each tenant. A follower that has it has everything before it, or has lost it. */
async function publishLast(
  plan: RunPlan,
  tenants: readonly string[],
  log: JsonLines<PublisherRecord>,
): Promise<ReadonlyMap<string, string>> {
  const { postgres, database, shards } = plan.cluster;
  const sse = createPostgresSse({ connectionString: postgres.url(database), nodeId: 'last', shards });
  const keys = new Map<string, string>();
  try {
    for (const tenant of tenants) {
      const tx = `${tenant}/last`;
      const event = { key: `${tx}.0`, audience: 'tenant', insertedAt: 0 };
      log.write({ kind: 'attempt', tx, tenant, events: [event], dropped: [], isEphemeral: false });
      const base = { tenantId: asTenantId(tenant), audience: 'tenant', recipients: null };
      await sse.eventLog.append([{ ...base, type: EVENT_TYPE, payload: event.key }]);
      log.write({ kind: 'outcome', tx, outcome: 'committed', at: Number.MAX_VALUE });
      keys.set(tenant, event.key);
      // Longer than a poll of the sequencer, so that each tenant gets its own batch.
      await delay(PAUSE_BETWEEN_LAST_MS);
    }
  } finally {
    await sse.stop();
  }
  return keys;
}

function* publisherLines(directory: string): Generator<PublisherRecord> {
  yield* readJsonLines<PublisherRecord>(join(directory, 'publishers.jsonl'));
  yield* readJsonLines<PublisherRecord>(join(directory, 'last.jsonl'));
}

async function senderTokens(tenants: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const permissions = ['sse:send'];
  const tokens = tenants.map(
    async (tenant) => [tenant, await signToken({ tenant, user: 'sender', permissions })] as const,
  );
  return Object.fromEntries(await Promise.all(tokens));
}

/** Waits without failing: the checker judges the result. */
async function untilTrue(isTrue: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!isTrue() && Date.now() < deadline) await delay(20);
}
