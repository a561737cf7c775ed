import type { ClusterOptions } from './cluster/chaos-cluster.js';
import { PostgresServer, type PostgresVersion } from './cluster/postgres-server.js';
import { ServiceTree } from './cluster/service-tree.js';
import { faultRounds, shortFaults } from './faults/schedule.js';
import { LOSSY_BACKPLANE } from './lossy-backplane.js';
import { runChaos, type RunResult } from './run.js';
import { seededRandom } from './seeded-random.js';

/** One run with all parts. */
export interface Profile {
  readonly seed: number;
  readonly postgres: PostgresVersion;
  readonly backplane: ClusterOptions['backplane'];
  readonly servers: number;
  readonly tenants: number;
  readonly shards: number;
  /** Rounds of faults, each with every kind of fault; `short` for 20 kills and 3 SIGSTOPs in the shortest time. */
  readonly rounds: number | 'short';
  readonly pauseMs: readonly [number, number];
  /** Least number of acknowledged events. */
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly report?: (text: string) => void;
}

/** Runs a profile on its own cluster: its own PostgreSQL, a copy of the build, and hints that are lost, duplicated and reordered. */
export async function runProfile(profile: Profile): Promise<RunResult> {
  const { seed, backplane, servers, shards, tenants, events, eventsPerSecond, pauseMs, report } = profile;
  const tree = await ServiceTree.create();
  const postgres = await PostgresServer.create(profile.postgres);
  try {
    tree.edit(LOSSY_BACKPLANE);
    const database = await postgres.createDatabase();
    return await runChaos({
      name: `seed-${seed}`,
      seed,
      cluster: { postgres, database, tree, servers, shards, backplane },
      tenants,
      load: { writers: 8, senders: 3, batch: 30, eventsPerSecond, events },
      faults:
        profile.rounds === 'short' ? shortFaults(seededRandom(seed)) : faultRounds(seededRandom(seed), profile.rounds),
      pauseMs,
      settleMs: 60_000,
      ...(report ? { report } : {}),
    });
  } finally {
    await postgres.destroy();
    tree.remove();
  }
}

/** Number of kill -9, whatever the target. */
export function killsOf({ tally }: RunResult): number {
  return Object.values(tally.kills).reduce((sum, kills) => sum + kills, 0);
}
