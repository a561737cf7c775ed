import { setTimeout as delay } from 'node:timers/promises';
import { type Fault, type FaultContext, count } from './fault.js';

/** Longer than a lease (1.5 s), so that somebody else must take over meanwhile. */
const STOP_MS = [2_200, 3_500] as const;
const FAILOVER_PATIENCE_MS = 10_000;

/** kill -9 of the process that numbers. */
export const killOwner: Fault = async (context) => {
  const owner = await context.cluster.untilOwned();
  const failover = watchFailover(context, owner.pid ?? 0);
  if (await owner.end('SIGKILL')) count(context.tally.kills, 'owner');
  await failover;
};

/** kill -9 of any process of the service, mid-publish and mid-delivery. */
export const killAnyNode: Fault = async ({ cluster, random, tally }) => {
  const node = random.pick(cluster.nodes);
  await node.untilReady();
  if (await node.end('SIGKILL')) count(tally.kills, 'node');
};

/** kill -9 of every process at once. */
export const killAllNodes: Fault = async ({ cluster, tally }) => {
  await cluster.untilReady();
  const ended = await Promise.all(cluster.nodes.map((node) => node.end('SIGKILL')));
  for (const wasRunning of ended) if (wasRunning) count(tally.kills, 'node');
};

/** kill -9 of the postmaster, and a start on what it left. */
export const killPostgres: Fault = async ({ cluster, tally }) => {
  await cluster.postgres.kill();
  count(tally.kills, 'postgres');
  await cluster.postgres.start();
};

/** kill -9 of what carries the hints, where that is a server of its own. */
export const killBroker: Fault = async ({ cluster, random, tally }) => {
  const { backplane } = cluster.options;
  if (typeof backplane === 'string') return;
  await backplane.kill();
  count(tally.kills, backplane.name);
  await delay(random.whole(0, 1_500));
  await backplane.start();
};

/** SIGSTOP of the process that numbers, for longer than its lease; then it wakes up and believes that nothing happened. */
export const stopOwner: Fault = async (context) => {
  const owner = await context.cluster.untilOwned();
  const failover = watchFailover(context, owner.pid ?? 0);
  if (!owner.pause()) return;
  context.tally.stops += 1;
  await Promise.all([failover, delay(context.random.whole(...STOP_MS))]);
  owner.resume();
};

/** SIGSTOP of a process that serves clients. */
export const stopAnyNode: Fault = async ({ cluster, random, tally }) => {
  const node = random.pick(cluster.nodes);
  await node.untilReady();
  if (!node.pause()) return;
  tally.stops += 1;
  await delay(random.whole(500, 2_000));
  node.resume();
};

/** All connections of a node's clients are reset. */
export const cutClients: Fault = async ({ cluster, random, tally }) => {
  random.pick(cluster.nodes).clients.cut();
  count(tally.others, 'cut clients');
};

/** A node's clients hear nothing for a while; then everything comes late, or the line turns out to be dead. */
export const holdClients: Fault = async ({ cluster, random, tally }) => {
  const { clients } = random.pick(cluster.nodes);
  clients.hold();
  await delay(random.whole(500, 2_500));
  if (random.chance(0.5)) clients.cut();
  clients.release();
  count(tally.others, 'held clients');
};

/** Everything between a node and its clients comes late. */
export const delayClients: Fault = async ({ cluster, random, tally }) => {
  const { clients } = random.pick(cluster.nodes);
  clients.delay(random.whole(20, 150));
  await delay(random.whole(500, 2_000));
  clients.delay(0);
  count(tally.others, 'delayed clients');
};

/** All connections of a node to PostgreSQL are reset. */
export const cutDatabase: Fault = async ({ cluster, random, tally }) => {
  random.pick(cluster.nodes).database.cut();
  count(tally.others, 'cut database');
};

/** A node hears nothing of PostgreSQL, and PostgreSQL nothing of the node: not even that it is gone. */
export const holdDatabase: Fault = async (context) => {
  const { cluster, random, tally } = context;
  const owner = await cluster.owner().catch(() => null);
  const { database } = owner && random.chance(0.7) ? owner : random.pick(cluster.nodes);
  database.hold();
  await delay(random.whole(1_000, 4_000));
  if (random.chance(0.5)) database.cut();
  database.release();
  count(tally.others, 'held database');
};

/** Everybody comes back in one moment. */
export const reconnectStorm: Fault = async ({ followers, tally }) => {
  for (const follower of followers) follower.reconnect();
  count(tally.others, 'reconnect storm');
};

/** Every node is replaced in turn, in good order. */
export const rollingRestart: Fault = async ({ cluster, tally }) => {
  for (const node of cluster.nodes) {
    await node.untilReady();
    await node.end('SIGTERM');
  }
  count(tally.others, 'rolling restart');
};

/** Notes how long it takes until another process numbers; the clock starts now. */
async function watchFailover({ cluster, tally }: FaultContext, pid: number): Promise<void> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < FAILOVER_PATIENCE_MS) {
    const lease = await cluster.lease().catch(() => null);
    if (lease && lease.pid !== pid) {
      tally.failoversMs.push(Math.round(performance.now() - startedAt));
      return;
    }
    await delay(15);
  }
}
