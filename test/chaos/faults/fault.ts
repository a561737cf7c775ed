import type { ChaosCluster } from '../cluster/chaos-cluster.js';
import type { Follower } from '../load/follower.js';
import type { SeededRandom } from '../seeded-random.js';

/** What a fault works on. */
export interface FaultContext {
  readonly cluster: ChaosCluster;
  readonly followers: readonly Follower[];
  readonly random: SeededRandom;
  readonly tally: FaultTally;
}

/** What was done to a run. */
export interface FaultTally {
  /** kill -9 by what was killed. */
  readonly kills: Record<string, number>;
  stops: number;
  /** SIGSTOP or SIGKILL of an owner → another one numbers, ms. */
  readonly failoversMs: number[];
  readonly others: Record<string, number>;
}

/** Something bad that happens, and its healing, as one step. */
export type Fault = (context: FaultContext) => Promise<void>;

/** A tally of nothing yet. */
export function emptyTally(): FaultTally {
  return { kills: {}, stops: 0, failoversMs: [], others: {} };
}

export function count(where: Record<string, number>, what: string): void {
  where[what] = (where[what] ?? 0) + 1;
}
