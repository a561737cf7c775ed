import type { PostgresServer } from '../cluster/postgres-server.js';
import { ServiceTree } from '../cluster/service-tree.js';
import { runChaos, type RunResult } from '../run.js';
import { DELIVERY_MUTANTS } from './delivery-mutants.js';
import { type Mutant, plantInDatabase } from './mutant.js';
import { type ScenarioName, SCENARIOS } from './scenarios.js';
import { SEQUENCING_MUTANTS } from './sequencing-mutants.js';

/** Every planted mistake. */
export const MUTANTS: readonly Mutant[] = [...SEQUENCING_MUTANTS, ...DELIVERY_MUTANTS];

/** A mutant may leave followers waiting for ever: then the end comes sooner. */
const MUTANT_SETTLE_MS = 5_000;

/**
 * Runs a scenario with a mutant, or without one, on a database of its own.
 * @throws Error when the mutant no longer fits the product.
 */
export async function runScenario(
  postgres: PostgresServer,
  name: ScenarioName,
  seed: number,
  mutant: Mutant | null,
): Promise<RunResult> {
  const { nodes, backplane, environment, edits, ...plan } = SCENARIOS[name];
  const tree = await ServiceTree.create();
  try {
    tree.edit([...(edits ?? []), ...(mutant?.code ?? [])]);
    const database = await postgres.createDatabase();
    if (mutant) await plantInDatabase(mutant, postgres, database);
    return await runChaos({
      ...plan,
      name: (mutant?.name ?? name).replaceAll(/[^a-z0-9]+/gi, '-'),
      seed,
      cluster: { postgres, database, tree, nodes, shards: 1, backplane, ...(environment ? { environment } : {}) },
      ...(mutant ? { settleMs: MUTANT_SETTLE_MS } : {}),
    });
  } finally {
    tree.remove();
  }
}

/**
 * Runs a mutant until it shows, with the next seed each time: some mistakes need two things to happen in the same millisecond.
 * @returns the run that showed it, or the last of `attempts`.
 */
export async function catchMutant(
  postgres: PostgresServer,
  mutant: Mutant,
  seed: number,
  attempts = 5,
): Promise<RunResult> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await runScenario(postgres, mutant.scenario, seed + attempt - 1, mutant);
    if (isCaught(mutant, result) || attempt === attempts) return result;
    result.discard();
  }
}

/** Whether a run with a mutant shows what it must show. */
export function isCaught(mutant: Mutant, { verdict }: RunResult): boolean {
  return mutant.caughtAs.some((kind) => (verdict.counts[kind] ?? 0) > 0);
}
