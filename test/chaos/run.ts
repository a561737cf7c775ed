import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { asTenantId } from '@nest-herald/sse';
import { signToken } from '../support/token.js';
import { check, type Verdict } from './checker/checker.js';
import { EVENT_TYPE, type FollowerLine, type History, type PublisherLine } from './checker/records.js';
import { ChaosCluster, type ClusterOptions } from './cluster/chaos-cluster.js';
import { emptyTally, type Fault, type FaultTally } from './faults/fault.js';
import { inflict } from './faults/schedule.js';
import { epochOf, historyOf, logIdOf } from './history.js';
import { JsonLines, readJsonLines } from './json-lines.js';
import { holdForeignTransaction } from './load/foreign-transaction.js';
import { Follower, type FollowerOptions } from './load/follower.js';
import { type FollowerSpec, followersOf, tenantNames } from './load/population.js';
import { startPublishers } from './load/publishers.js';
import { seededRandom } from './seeded-random.js';

const BETWEEN_LAST_MS = 300;

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
    /** The load ends with so many acknowledged events, and not before the faults are through. */
    readonly events: number;
  };
  readonly faults: readonly Fault[];
  readonly pauseMs?: readonly [number, number];
  /** How long the last event may take to reach everybody when all is healed. @defaultValue 30,000 */
  readonly settleMs?: number;
  readonly allowedResyncs?: readonly string[];
  /** How some followers differ. */
  readonly followerOptions?: ((spec: FollowerSpec) => Pick<FollowerOptions, 'firstCursor' | 'losesFirst'>) | undefined;
  /** Told where the run is. */
  readonly report?: (text: string) => void;
}

/** What came of a run. */
export interface RunResult {
  readonly plan: RunPlan;
  readonly verdict: Verdict;
  readonly tally: FaultTally;
  readonly seconds: number;
  /** Processes that ended although nobody had killed them. */
  readonly suicides: readonly string[];
  /** What publishers could not do, and how often. */
  readonly publisherFailures: readonly (readonly [string, number])[];
  /** Every log of the run. Delete it with `discard`. */
  readonly directory: string;
  discard(): void;
}

/** Runs the plan and judges it. Whatever happens, nothing is left running. */
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
    const nodes = new Map(cluster.nodes.map((node) => [node.name, node.url]));
    const specs = followersOf(tenants, plan.followersPerTenant);
    for (const [index, spec] of specs.entries()) {
      const logFile = join(directory, `${spec.name}.jsonl`);
      const own = seededRandom(plan.seed * 1_000 + index);
      followers.push(new Follower({ spec, logFile, nodes, random: own, ...plan.followerOptions?.(spec) }));
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
      http: [...nodes.values()],
      tokens: await senderTokens(tenants),
    });
    try {
      await inflict(plan.faults, { cluster, followers, random, tally }, plan.pauseMs ?? [200, 900]);
      report('faults are through');
      await publishers.untilAcknowledged(plan.load.events);
    } finally {
      await publishers.stop();
    }
    report(`${publishers.acknowledged()} events acknowledged, settling`);
    for (const follower of followers) follower.settle();
    await cluster.untilReady();
    const last = new JsonLines<PublisherLine>(join(directory, 'last.jsonl'), true);
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
        lines: readJsonLines<FollowerLine>(join(directory, `${identity.name}.jsonl`)),
      })),
      histories,
      ...(plan.allowedResyncs === undefined ? {} : { allowedResyncs: plan.allowedResyncs }),
    });
    return {
      plan,
      verdict,
      tally,
      seconds: Math.round((performance.now() - startedAt) / 100) / 10,
      suicides: cluster.nodes.flatMap((node) => node.suicides),
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

/** One last event to everybody of each tenant: who has it, has everything before it, or lost it. */
async function publishLast(
  plan: RunPlan,
  tenants: readonly string[],
  log: JsonLines<PublisherLine>,
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
      // Longer than a poll of the sequencer: a batch of its own for each tenant.
      await delay(BETWEEN_LAST_MS);
    }
  } finally {
    await sse.stop();
  }
  return keys;
}

function* publisherLines(directory: string): Generator<PublisherLine> {
  yield* readJsonLines<PublisherLine>(join(directory, 'publishers.jsonl'));
  yield* readJsonLines<PublisherLine>(join(directory, 'last.jsonl'));
}

async function senderTokens(tenants: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const permissions = ['sse:send'];
  const tokens = tenants.map(
    async (tenant) => [tenant, await signToken({ tenant, user: 'sender', permissions })] as const,
  );
  return Object.fromEntries(await Promise.all(tokens));
}

/** Waits; whether it came true is for the checker to say. */
async function untilTrue(isTrue: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!isTrue() && Date.now() < deadline) await delay(20);
}
