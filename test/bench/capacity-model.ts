import type { UnitCosts } from './capacity-costs.js';

/** An installation at its busiest. */
export interface Workload {
  readonly tenants: number;
  /** Mean number of people per tenant; see `skew`. */
  readonly people: number;
  /** 0 = all tenants have the same size; 1 = the n-th largest has a share of 1/n. */
  readonly skew: number;
  /** Share of people with an open stream. */
  readonly online: number;
  readonly streamsPerPerson: number;
  /** Durable events that one online person causes. */
  readonly eventsPerPersonMinute: number;
  /** Online people that one event reaches. */
  readonly audience: number;
  /** Rows per event besides its own two (outbox, log): inbox rows, business rows. */
  readonly rowsPerEvent: number;
}

/** Upper bounds of load and size. */
export interface Limits {
  /** Share of one core; the rest is for peaks and for the streams of a failed server. */
  readonly utilisation: number;
  readonly streamsPerServer: number;
  readonly serverMegabytes: number;
  /** Within this time the streams of a failed server must be live elsewhere. */
  readonly stormSeconds: number;
}

/** The required resources. */
export interface Plan {
  readonly streams: number;
  readonly eventsPerSecond: number;
  readonly deliveriesPerSecond: number;
  /** PostgreSQL clusters, each with its own servers. */
  readonly cells: number;
  /** Of all cells; infinite if no number is enough for a tenant. */
  readonly servers: number;
  /** Of the cell that needs most. */
  readonly shards: number;
  /** What determined the number of servers of the largest cell. */
  readonly serverLimit: string;
  readonly simulated: Simulated;
  /** Tenants that no cluster can hold: a tenant has one order of events, so it is in one shard of one primary. */
  readonly tooLarge: readonly { readonly rank: number; readonly eventsPerSecond: number }[];
}

/** Utilisation of the busiest server and the busiest shard, over simulated seconds. */
export interface Simulated {
  readonly serverP50: number;
  readonly serverP99: number;
  readonly shardP50: number;
  readonly shardP99: number;
}

interface Tenant {
  readonly rank: number;
  readonly streams: number;
  readonly eventsPerSecond: number;
}

const SIMULATED_SECONDS = 120;

/** Servers of one cluster; more would need more connections than PostgreSQL accepts. */
const MAX_SERVERS = 40;

/** Sizes an installation from unit costs, then simulates some minutes to find the peaks. Deterministic. */
export function planFor(workload: Workload, limits: Limits, costs: UnitCosts): Plan {
  const tenants = tenantsOf(workload);
  const streams = sum(tenants.map((tenant) => tenant.streams));
  const eventsPerSecond = eventsOf(tenants);
  const deliveriesPerSecond = eventsPerSecond * workload.audience * workload.streamsPerPerson;
  const shardLimit = costs.shardEventsPerSecond * limits.utilisation;
  const primaryLimit = (costs.primaryRowsPerSecond * limits.utilisation) / (2 + workload.rowsPerEvent);
  const cells = cellsFor(workload, tenants, primaryLimit, limits, costs);
  const largest = cells.reduce((most, cell) => (cell.servers > most.servers ? cell : most));
  return {
    streams: Math.round(streams),
    eventsPerSecond,
    deliveriesPerSecond,
    cells: cells.length,
    servers: sum(cells.map((cell) => cell.servers)),
    shards: Math.max(...cells.map((cell) => pack(cell.tenants, shardLimit).length)),
    serverLimit: largest.serverLimit,
    simulated: simulate(workload, cells, shardLimit, costs),
    tooLarge: tenants
      .filter((tenant) => tenant.eventsPerSecond > Math.min(shardLimit, primaryLimit))
      .map(({ rank, eventsPerSecond: rate }) => ({ rank, eventsPerSecond: rate })),
  };
}

/** A PostgreSQL cluster with its tenants and servers. */
interface Cell {
  readonly tenants: readonly Tenant[];
  readonly servers: number;
  readonly serverLimit: string;
}

/**
 * As few cells as the primaries allow, and more if a server could not read all events of its cell: a server with a stream of a
 * tenant reads every event of the tenant, so more servers for the same cell do not help.
 */
function cellsFor(
  workload: Workload,
  tenants: readonly Tenant[],
  primaryLimit: number,
  limits: Limits,
  costs: UnitCosts,
): readonly Cell[] {
  for (let eventsPerSecond = primaryLimit; ; eventsPerSecond /= 1.5) {
    const cells = pack(tenants, eventsPerSecond).map((part): Cell => {
      const deliveries = eventsOf(part) * workload.audience * workload.streamsPerPerson;
      return { tenants: part, ...serversFor(part, deliveries, limits, costs) };
    });
    const isStuck = cells.length === tenants.length;
    if (isStuck || cells.every((cell) => Number.isFinite(cell.servers))) return cells;
  }
}

/** CPU seconds that one server uses per second. Streams are spread evenly, because a balancer does not know tenants. */
function serverLoad(tenants: readonly Tenant[], deliveries: number, servers: number, costs: UnitCosts): number {
  const streams = sum(tenants.map((tenant) => tenant.streams));
  // A server with a stream of a tenant reads all events of the tenant.
  const events = sum(tenants.map((tenant) => tenant.eventsPerSecond * (1 - (1 - 1 / servers) ** tenant.streams)));
  const heartbeats = streams / servers / costs.heartbeatSeconds;
  return (events * costs.eventMicros + (deliveries / servers + heartbeats) * costs.deliveryMicros) / 1e6;
}

function serversFor(
  tenants: readonly Tenant[],
  deliveries: number,
  limits: Limits,
  costs: UnitCosts,
): { readonly servers: number; readonly serverLimit: string } {
  const streams = sum(tenants.map((tenant) => tenant.streams));
  const isEnough: readonly [string, (servers: number) => boolean][] = [
    ['streams per server', (servers) => streams / servers <= limits.streamsPerServer],
    ['memory', (servers) => memoryOf(tenants, servers, costs) <= limits.serverMegabytes],
    // When a server fails, its streams reconnect to the others, in addition to their own load.
    [
      'a storm of reconnects',
      (servers) =>
        ((streams / servers / Math.max(1, servers - 1)) * costs.acceptMicros) / 1e6 <=
        limits.stormSeconds * (1 - limits.utilisation),
    ],
    ['CPU', (servers) => serverLoad(tenants, deliveries, servers, costs) <= limits.utilisation],
  ];
  let serverLimit = 'two, so that one may fail';
  for (let servers = 2; servers <= MAX_SERVERS; servers++) {
    const failing = isEnough.find(([, holds]) => !holds(servers));
    if (failing === undefined) return { servers, serverLimit };
    serverLimit = failing[0];
  }
  return { servers: Infinity, serverLimit };
}

function memoryOf(tenants: readonly Tenant[], servers: number, costs: UnitCosts): number {
  const streams = sum(tenants.map((tenant) => tenant.streams)) / servers;
  const active = sum(tenants.map((tenant) => 1 - (1 - 1 / servers) ** tenant.streams));
  return (
    costs.serverMegabytes +
    (streams * (costs.streamKilobytes + costs.kernelKilobytes) + active * costs.tenantKilobytes) / 1_024
  );
}

/** First fit, largest first. A tenant larger than a bin gets its own bin. */
function pack(tenants: readonly Tenant[], eventsPerSecond: number): Tenant[][] {
  const bins: { readonly tenants: Tenant[]; left: number }[] = [];
  for (const tenant of [...tenants].sort((a, b) => b.eventsPerSecond - a.eventsPerSecond)) {
    const bin = bins.find(({ left }) => left >= tenant.eventsPerSecond);
    if (bin === undefined) {
      bins.push({ tenants: [tenant], left: eventsPerSecond - tenant.eventsPerSecond });
    } else {
      bin.tenants.push(tenant);
      bin.left -= tenant.eventsPerSecond;
    }
  }
  return bins.map((bin) => bin.tenants);
}

function tenantsOf(workload: Workload): Tenant[] {
  const weights = Array.from({ length: workload.tenants }, (_, index) => (index + 1) ** -workload.skew);
  const total = sum(weights);
  return weights.map((weight, index) => {
    const online = (workload.people * workload.tenants * weight * workload.online) / total;
    return {
      rank: index + 1,
      streams: online * workload.streamsPerPerson,
      eventsPerSecond: (online * workload.eventsPerPersonMinute) / 60,
    };
  });
}

/** Simulates seconds in which every tenant publishes at random, and records the busiest server and shard. */
function simulate(workload: Workload, cells: readonly Cell[], shardLimit: number, costs: UnitCosts): Simulated {
  const random = seeded(4_711);
  const busiestServer: number[] = [];
  const busiestShard: number[] = [];
  const shardsOf = cells.map((cell) => pack(cell.tenants, shardLimit));
  for (let second = 0; second < SIMULATED_SECONDS; second++) {
    let shardLoad = 0;
    let server = 0;
    for (const [index, cell] of cells.entries()) {
      const now: Tenant[] = [];
      for (const shard of shardsOf[index] ?? []) {
        const active = shard.map((tenant) => ({ ...tenant, eventsPerSecond: poisson(tenant.eventsPerSecond, random) }));
        shardLoad = Math.max(shardLoad, eventsOf(active) / costs.shardEventsPerSecond);
        now.push(...active);
      }
      const deliveries = eventsOf(now) * workload.audience * workload.streamsPerPerson;
      server = Math.max(server, serverLoad(now, deliveries, Math.min(cell.servers, MAX_SERVERS), costs));
    }
    busiestShard.push(shardLoad);
    busiestServer.push(server);
  }
  const quantile = (values: number[], share: number): number =>
    values.sort((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0;
  return {
    serverP50: quantile(busiestServer, 0.5),
    serverP99: quantile(busiestServer, 0.99),
    shardP50: quantile(busiestShard, 0.5),
    shardP99: quantile(busiestShard, 0.99),
  };
}

function eventsOf(tenants: readonly Tenant[]): number {
  return sum(tenants.map((tenant) => tenant.eventsPerSecond));
}

/** A random count with this mean, by the normal distribution if that is as good. */
function poisson(mean: number, random: () => number): number {
  if (mean > 30) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal));
  }
  const least = Math.exp(-mean);
  let count = -1;
  for (let product = 1; product > least; product *= random()) count += 1;
  return Math.max(0, count);
}

/** Random numbers from 0 to 1 that are the same in every run (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
