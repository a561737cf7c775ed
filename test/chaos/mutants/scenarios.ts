import type { Edit } from '../cluster/service-tree.js';
import type { ClusterOptions } from '../cluster/chaos-cluster.js';
import { killAllNodes, reconnectStorm, stopOwner } from '../faults/faults.js';
import type { FollowerSpec } from '../load/population.js';
import type { RunPlan } from '../run.js';

/** Small runs, each with the faults under which one kind of mistake shows within seconds. */
export type ScenarioName =
  'busy' | 'takeover' | 'backlog' | 'restless' | 'small ring' | 'small bounds' | 'deaf' | 'bad cursors';

/** What a scenario adds to a plan. */
export interface Scenario extends Pick<
  RunPlan,
  'tenants' | 'load' | 'faults' | 'pauseMs' | 'allowedResyncs' | 'followerOptions'
> {
  readonly nodes: number;
  readonly backplane: ClusterOptions['backplane'];
  readonly environment?: ClusterOptions['environment'];
  /** Changes of the product's copy that break nothing: smaller bounds, so that they are met. */
  readonly edits?: readonly Edit[];
}

const LOAD = { writers: 12, senders: 2, batch: 5, eventsPerSecond: 1_500, events: 3_000 } as const;
const QUICK = [50, 300] as const;
/** Enough for what shows in one connection of fifty. */
const STORMS = Array.from({ length: 24 }, () => reconnectStorm);
const ONE_NODE = { tenants: 2, nodes: 1, backplane: 'postgres', load: LOAD, faults: [] } as const;

const SMALL_RING: Edit = {
  file: 'sse/dist/hub/feed/tenant-feed.js',
  find: 'new EventRing(deps.options.ringMaxEvents, deps.options.ringMaxBytes)',
  replace:
    'new EventRing((this.options = deps.options = { ...deps.options, ringMaxEvents: 20 }).ringMaxEvents, deps.options.ringMaxBytes)',
};

/** Every scenario is clean without a mutant; the long profile proves it. */
export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  /** Overlapping transactions, nothing else. */
  busy: ONE_NODE,
  /** The owner is paused beyond its lease and wakes up, under a load that makes turns long. */
  takeover: {
    ...ONE_NODE,
    nodes: 2,
    load: { ...LOAD, batch: 40, eventsPerSecond: 4_000, events: 25_000 },
    faults: [stopOwner],
    pauseMs: QUICK,
  },
  /** Nobody numbers for a while, and thousands of events wait. */
  backlog: {
    ...ONE_NODE,
    load: { ...LOAD, senders: 0, batch: 20, eventsPerSecond: 2_500, events: 8_000 },
    faults: [killAllNodes, killAllNodes],
    pauseMs: QUICK,
  },
  /** Everybody leaves and comes back all the time. */
  restless: { ...ONE_NODE, faults: STORMS, pauseMs: QUICK },
  /** The same where the ring is tiny, so that replays read the log while events go on. */
  'small ring': { ...ONE_NODE, faults: STORMS, pauseMs: QUICK, edits: [SMALL_RING] },
  /** The same where the pending lists are tiny, too. */
  'small bounds': {
    ...ONE_NODE,
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
  /** Nothing goes from node to node but what each reads in the database. */
  deaf: { ...ONE_NODE, tenants: 4, nodes: 2, backplane: 'memory' },
  /** Cursors of nobody, and lines that break behind the first block. */
  'bad cursors': {
    ...ONE_NODE,
    allowedResyncs: ['invalid_cursor', 'epoch'],
    followerOptions: ({ temper }: FollowerSpec) => ({
      firstCursor: temper === 'restless' ? 'zzzzzzzz.1' : 'nonsense',
      losesFirst: 2,
    }),
  },
};
