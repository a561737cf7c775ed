import type { ChaosCluster } from '../cluster/chaos-cluster.js';
import type { Follower } from '../load/follower.js';
import type { SeededRandom } from '../seeded-random.js';

/** What a fault acts on. */
export interface FaultContext {
  readonly cluster: ChaosCluster;
  readonly followers: readonly Follower[];
  readonly random: SeededRandom;
  readonly tally: FaultTally;
}

/** Counts of the faults of a run. */
export interface FaultTally {
  /** Number of kill -9, by target. */
  readonly kills: Record<string, number>;
  stops: number;
  /** Time from SIGSTOP or SIGKILL of an owner until another server owns its lease, in ms. */
  readonly failoversMs: number[];
  readonly others: Record<string, number>;
}

/** Causes a fault and ends it. */
export type Fault = (context: FaultContext) => Promise<void>;

/** An empty tally. */
export function emptyTally(): FaultTally {
  return { kills: {}, stops: 0, failoversMs: [], others: {} };
}

export function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
