import { setTimeout as delay } from 'node:timers/promises';
import { type Fault, type FaultContext, count } from './fault.js';

/** Longer than a lease (1.5 s), so that another server must take over. */
const PAUSE_MS = [2_200, 3_500] as const;
const FAILOVER_TIMEOUT_MS = 10_000;

/** kill -9 of the owner of the sequencer. */
export const killOwner: Fault = async (context) => {
  const owner = await context.cluster.untilOwned();
  const failover = watchFailover(context, owner.pid ?? 0);
  if (await owner.end('SIGKILL')) count(context.tally.kills, 'owner');
  await failover;
};

/** kill -9 of any server, while it publishes and delivers. */
export const killAnyServer: Fault = async ({ cluster, random, tally }) => {
  const server = random.pick(cluster.servers);
  await server.untilReady();
  if (await server.end('SIGKILL')) count(tally.kills, 'server');
};

/** kill -9 of all servers at once. */
export const killAllServers: Fault = async ({ cluster, tally }) => {
  await cluster.untilReady();
  const ended = await Promise.all(cluster.servers.map((server) => server.end('SIGKILL')));
  for (const wasRunning of ended) if (wasRunning) count(tally.kills, 'server');
};

/** kill -9 of the postmaster, and a restart on its data. */
export const killPostgres: Fault = async ({ cluster, tally }) => {
  await cluster.postgres.kill();
  count(tally.kills, 'postgres');
  await cluster.postgres.start();
};

/** kill -9 of Redis or NATS, if one of them carries the hints. */
export const killBroker: Fault = async ({ cluster, random, tally }) => {
  const { backplane } = cluster.options;
  if (typeof backplane === 'string') return;
  await backplane.kill();
  count(tally.kills, backplane.name);
  await delay(random.whole(0, 1_500));
  await backplane.start();
};

/** SIGSTOP of the owner for longer than its lease. It then resumes, unaware of the pause. */
export const pauseOwner: Fault = async (context) => {
  const owner = await context.cluster.untilOwned();
  const failover = watchFailover(context, owner.pid ?? 0);
  if (!owner.pause()) return;
  context.tally.stops += 1;
  await Promise.all([failover, delay(context.random.whole(...PAUSE_MS))]);
  owner.resume();
};

/** SIGSTOP of any server. */
export const pauseAnyServer: Fault = async ({ cluster, random, tally }) => {
  const server = random.pick(cluster.servers);
  await server.untilReady();
  if (!server.pause()) return;
  tally.stops += 1;
  await delay(random.whole(500, 2_000));
  server.resume();
};

/** Resets all client connections of a server. */
export const cutClients: Fault = async ({ cluster, random, tally }) => {
  random.pick(cluster.servers).clients.cut();
  count(tally.others, 'cut clients');
};

/** Holds the client connections of a server for a while; then releases or resets them. */
export const holdClients: Fault = async ({ cluster, random, tally }) => {
  const { clients } = random.pick(cluster.servers);
  clients.hold();
  await delay(random.whole(500, 2_500));
  if (random.chance(0.5)) clients.cut();
  clients.release();
  count(tally.others, 'held clients');
};

/** Delays everything between a server and its clients. */
export const delayClients: Fault = async ({ cluster, random, tally }) => {
  const { clients } = random.pick(cluster.servers);
  clients.delay(random.whole(20, 150));
  await delay(random.whole(500, 2_000));
  clients.delay(0);
  count(tally.others, 'delayed clients');
};

/** Resets all connections of a server to PostgreSQL. */
export const cutDatabase: Fault = async ({ cluster, random, tally }) => {
  random.pick(cluster.servers).database.cut();
  count(tally.others, 'cut database');
};

/** Holds the connections between a server and PostgreSQL: neither notices that the other is unreachable. */
export const holdDatabase: Fault = async (context) => {
  const { cluster, random, tally } = context;
  const owner = await cluster.owner().catch(() => null);
  const { database } = owner && random.chance(0.7) ? owner : random.pick(cluster.servers);
  database.hold();
  await delay(random.whole(1_000, 4_000));
  if (random.chance(0.5)) database.cut();
  database.release();
  count(tally.others, 'held database');
};

/** All followers reconnect at once. */
export const reconnectStorm: Fault = async ({ followers, tally }) => {
  for (const follower of followers) follower.reconnect();
  count(tally.others, 'reconnect storm');
};

/** Restarts every server in turn, in an orderly way. */
export const rollingRestart: Fault = async ({ cluster, tally }) => {
  for (const server of cluster.servers) {
    await server.untilReady();
    await server.end('SIGTERM');
  }
  count(tally.others, 'rolling restart');
};

/** Measures the time from now until another server owns the lease. */
async function watchFailover({ cluster, tally }: FaultContext, pid: number): Promise<void> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < FAILOVER_TIMEOUT_MS) {
    const lease = await cluster.lease().catch(() => null);
    if (lease && lease.pid !== pid) {
      tally.failoversMs.push(Math.round(performance.now() - startedAt));
      return;
    }
    await delay(15);
  }
}
