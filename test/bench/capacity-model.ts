import type { UnitCosts } from './capacity-costs.js';

/** What an installation looks like at its busiest. */
export interface Workload {
  readonly tenants: number;
  /** Mean people of a tenant; see `skew`. */
  readonly people: number;
  /** 0 = all tenants alike; 1 = the n-th largest has a share of 1/n. */
  readonly skew: number;
  /** Share of the people who have a stream open. */
  readonly online: number;
  readonly streamsPerPerson: number;
  /** Durable events that one person online causes. */
  readonly eventsPerPersonMinute: number;
  /** People online whom one event reaches. */
  readonly audience: number;
  /** Rows that one event writes besides its own two (outbox, log): inbox rows, the business's own. */
  readonly rowsPerEvent: number;
}

/** How full things may be, and how large. */
export interface Limits {
  /** Share of one core; the rest is for peaks and for the streams of a node that died. */
  readonly utilisation: number;
  readonly streamsPerNode: number;
  readonly nodeMegabytes: number;
  /** Streams of a node that died must be live elsewhere within so long. */
  readonly stormSeconds: number;
}

/** What is needed, and what would be the next to run out. */
export interface Plan {
  readonly streams: number;
  readonly eventsPerSecond: number;
  readonly deliveriesPerSecond: number;
  /** PostgreSQL clusters, each with nodes of its own. */
  readonly cells: number;
  /** Of all cells; infinite where no number is enough for a tenant. */
  readonly nodes: number;
  /** Of the cell that needs the most. */
  readonly shards: number;
  /** What decided the number of nodes of the largest cell. */
  readonly nodeLimit: string;
  readonly simulated: Simulated;
  /** Tenants that no cluster can take: one tenant has one order, so it is in one shard of one primary. */
  readonly tooLarge: readonly { readonly rank: number; readonly eventsPerSecond: number }[];
}

/** Share of their capacity that the fullest node and the fullest shard use, over simulated seconds. */
export interface Simulated {
  readonly nodeP50: number;
  readonly nodeP99: number;
  readonly shardP50: number;
  readonly shardP99: number;
}

interface Tenant {
  readonly rank: number;
  readonly streams: number;
  readonly eventsPerSecond: number;
}

const SIMULATED_SECONDS = 120;

/** Nodes in front of one cluster; more would need more connections than a PostgreSQL takes. */
const MAX_NODES = 40;

/** Sizes an installation from unit costs, then plays some minutes of it to see how far the peaks reach. Same input, same answer. */
export function planFor(workload: Workload, limits: Limits, costs: UnitCosts): Plan {
  const tenants = tenantsOf(workload);
  const streams = sum(tenants.map((tenant) => tenant.streams));
  const eventsPerSecond = eventsOf(tenants);
  const deliveriesPerSecond = eventsPerSecond * workload.audience * workload.streamsPerPerson;
  const shardLimit = costs.shardEventsPerSecond * limits.utilisation;
  const primaryLimit = (costs.primaryRowsPerSecond * limits.utilisation) / (2 + workload.rowsPerEvent);
  const cells = cellsFor(workload, tenants, primaryLimit, limits, costs);
  const fullest = cells.reduce((most, cell) => (cell.nodes > most.nodes ? cell : most));
  return {
    streams: Math.round(streams),
    eventsPerSecond,
    deliveriesPerSecond,
    cells: cells.length,
    nodes: sum(cells.map((cell) => cell.nodes)),
    shards: Math.max(...cells.map((cell) => pack(cell.tenants, shardLimit).length)),
    nodeLimit: fullest.nodeLimit,
    simulated: simulate(workload, cells, shardLimit, costs),
    tooLarge: tenants
      .filter((tenant) => tenant.eventsPerSecond > Math.min(shardLimit, primaryLimit))
      .map(({ rank, eventsPerSecond: rate }) => ({ rank, eventsPerSecond: rate })),
  };
}

/** A PostgreSQL cluster, the tenants in it and the nodes in front of it. */
interface Cell {
  readonly tenants: readonly Tenant[];
  readonly nodes: number;
  readonly nodeLimit: string;
}

/**
 * As few cells as the primaries allow, and more where a node could not even read what its cell publishes: a node that holds a
 * stream of a tenant reads every event of the tenant, so more nodes in front of the same cell do not help.
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
      return { tenants: part, ...nodesFor(part, deliveries, limits, costs) };
    });
    const isStuck = cells.length === tenants.length;
    if (isStuck || cells.every((cell) => Number.isFinite(cell.nodes))) return cells;
  }
}

/** CPU seconds that one node uses in a second, streams spread evenly: a balancer does not know tenants. */
function nodeLoad(tenants: readonly Tenant[], deliveries: number, nodes: number, costs: UnitCosts): number {
  const streams = sum(tenants.map((tenant) => tenant.streams));
  // A node follows a tenant when one of its streams is there; then it reads all events of the tenant.
  const events = sum(tenants.map((tenant) => tenant.eventsPerSecond * (1 - (1 - 1 / nodes) ** tenant.streams)));
  const beats = streams / nodes / costs.heartbeatSeconds;
  return (events * costs.eventMicros + (deliveries / nodes + beats) * costs.deliveryMicros) / 1e6;
}

function nodesFor(
  tenants: readonly Tenant[],
  deliveries: number,
  limits: Limits,
  costs: UnitCosts,
): { readonly nodes: number; readonly nodeLimit: string } {
  const streams = sum(tenants.map((tenant) => tenant.streams));
  const isEnough: readonly [string, (nodes: number) => boolean][] = [
    ['streams a node', (nodes) => streams / nodes <= limits.streamsPerNode],
    ['memory', (nodes) => memoryOf(tenants, nodes, costs) <= limits.nodeMegabytes],
    // When one of them dies, its streams come back to the others, beside their own work.
    [
      'a storm of reconnects',
      (nodes) =>
        ((streams / nodes / Math.max(1, nodes - 1)) * costs.acceptMicros) / 1e6 <=
        limits.stormSeconds * (1 - limits.utilisation),
    ],
    ['CPU', (nodes) => nodeLoad(tenants, deliveries, nodes, costs) <= limits.utilisation],
  ];
  let nodeLimit = 'two, so that one may die';
  for (let nodes = 2; nodes <= MAX_NODES; nodes++) {
    const failing = isEnough.find(([, holds]) => !holds(nodes));
    if (failing === undefined) return { nodes, nodeLimit };
    nodeLimit = failing[0];
  }
  return { nodes: Infinity, nodeLimit };
}

function memoryOf(tenants: readonly Tenant[], nodes: number, costs: UnitCosts): number {
  const streams = sum(tenants.map((tenant) => tenant.streams)) / nodes;
  const active = sum(tenants.map((tenant) => 1 - (1 - 1 / nodes) ** tenant.streams));
  return (
    costs.nodeMegabytes +
    (streams * (costs.streamKilobytes + costs.kernelKilobytes) + active * costs.tenantKilobytes) / 1_024
  );
}

/** First fit, largest first. What is larger than a bin gets one of its own. */
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

/** Plays seconds in which every tenant publishes by chance, and looks at the fullest node and the fullest shard. */
function simulate(workload: Workload, cells: readonly Cell[], shardLimit: number, costs: UnitCosts): Simulated {
  const random = seeded(4_711);
  const fullestNode: number[] = [];
  const fullestShard: number[] = [];
  const shardsOf = cells.map((cell) => pack(cell.tenants, shardLimit));
  for (let second = 0; second < SIMULATED_SECONDS; second++) {
    let shardLoad = 0;
    let node = 0;
    for (const [index, cell] of cells.entries()) {
      const now: Tenant[] = [];
      for (const shard of shardsOf[index] ?? []) {
        const there = shard.map((tenant) => ({ ...tenant, eventsPerSecond: poisson(tenant.eventsPerSecond, random) }));
        shardLoad = Math.max(shardLoad, eventsOf(there) / costs.shardEventsPerSecond);
        now.push(...there);
      }
      const deliveries = eventsOf(now) * workload.audience * workload.streamsPerPerson;
      node = Math.max(node, nodeLoad(now, deliveries, Math.min(cell.nodes, MAX_NODES), costs));
    }
    fullestShard.push(shardLoad);
    fullestNode.push(node);
  }
  const quantile = (values: number[], share: number): number =>
    values.sort((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0;
  return {
    nodeP50: quantile(fullestNode, 0.5),
    nodeP99: quantile(fullestNode, 0.99),
    shardP50: quantile(fullestShard, 0.5),
    shardP99: quantile(fullestShard, 0.99),
  };
}

function eventsOf(tenants: readonly Tenant[]): number {
  return sum(tenants.map((tenant) => tenant.eventsPerSecond));
}

/** How many of something with this mean happen; by the normal distribution where that is as good. */
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

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
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
