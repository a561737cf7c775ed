import type { Edit } from '../cluster/service-tree.js';
import type { ClusterOptions } from '../cluster/chaos-cluster.js';
import { killAllServers, reconnectStorm, pauseOwner } from '../faults/faults.js';
import type { FollowerSpec } from '../load/population.js';
import type { RunPlan } from '../run.js';

/** Small runs; under the faults of each one, one kind of defect shows within seconds. */
export type ScenarioName =
  'busy' | 'takeover' | 'backlog' | 'restless' | 'small ring' | 'small bounds' | 'no backplane' | 'bad cursors';

/** What a scenario adds to a plan. */
export interface Scenario extends Pick<
  RunPlan,
  'tenants' | 'load' | 'faults' | 'pauseMs' | 'allowedResyncs' | 'followerOptions'
> {
  readonly servers: number;
  readonly backplane: ClusterOptions['backplane'];
  readonly environment?: ClusterOptions['environment'];
  /** Harmless changes to the copy of the product: smaller bounds, so that the run reaches them. */
  readonly edits?: readonly Edit[];
}

const LOAD = { writers: 12, senders: 2, batch: 5, eventsPerSecond: 1_500, events: 3_000 } as const;
const QUICK = [50, 300] as const;
/** Enough for a defect that shows in one connection of fifty. */
const STORMS = Array.from({ length: 24 }, () => reconnectStorm);
const ONE_SERVER = { tenants: 2, servers: 1, backplane: 'postgres', load: LOAD, faults: [] } as const;

const SMALL_RING: Edit = {
  file: 'sse/dist/hub/feed/tenant-feed.js',
  find: 'new EventRing(deps.options.ringMaxEvents, deps.options.ringMaxBytes)',
  replace:
    'new EventRing((this.options = deps.options = { ...deps.options, ringMaxEvents: 20 }).ringMaxEvents, deps.options.ringMaxBytes)',
};

/** The checker finds nothing in a scenario without a mutant; the long profile proves it. */
export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  /** Overlapping transactions, nothing else. */
  busy: ONE_SERVER,
  /** The owner is paused beyond its lease and resumes, under a load that makes turns long. */
  takeover: {
    ...ONE_SERVER,
    servers: 2,
    load: { ...LOAD, batch: 40, eventsPerSecond: 4_000, events: 25_000 },
    faults: [pauseOwner],
    pauseMs: QUICK,
  },
  /** No sequencer runs for a while, and thousands of events wait. */
  backlog: {
    ...ONE_SERVER,
    load: { ...LOAD, senders: 0, batch: 20, eventsPerSecond: 2_500, events: 8_000 },
    faults: [killAllServers, killAllServers],
    pauseMs: QUICK,
  },
  /** All followers reconnect all the time. */
  restless: { ...ONE_SERVER, faults: STORMS, pauseMs: QUICK },
  /** The same with a tiny ring, so that replays read the log while events continue. */
  'small ring': { ...ONE_SERVER, faults: STORMS, pauseMs: QUICK, edits: [SMALL_RING] },
  /** The same with tiny pending lists, too. */
  'small bounds': {
    ...ONE_SERVER,
    faults: STORMS,
    pauseMs: QUICK,
    edits: [
      SMALL_RING,
      {
        file: 'sse/dist/connection/output/pending-events.js',
        find: 'const MAX_EVENTS = 1_000;',
        replace: 'const MAX_EVENTS = 5;',
      },
    ],
  },
  /** Servers learn of each other only what they read from the database. */
  'no backplane': { ...ONE_SERVER, tenants: 4, servers: 2, backplane: 'memory' },
  /** Invalid cursors, and connections that break after the first block. */
  'bad cursors': {
    ...ONE_SERVER,
    allowedResyncs: ['invalid_cursor', 'epoch'],
    followerOptions: ({ behaviour }: FollowerSpec) => ({
      firstCursor: behaviour === 'restless' ? 'zzzzzzzz.1' : 'nonsense',
      losesFirst: 2,
    }),
  },
};
