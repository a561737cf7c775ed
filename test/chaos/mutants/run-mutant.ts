import type { PostgresServer } from '../cluster/postgres-server.js';
import { ServiceTree } from '../cluster/service-tree.js';
import { runChaos, type RunResult } from '../run.js';
import { DELIVERY_MUTANTS } from './delivery-mutants.js';
import { type Mutant, plantInDatabase } from './mutant.js';
import { type ScenarioName, SCENARIOS } from './scenarios.js';
import { SEQUENCING_MUTANTS } from './sequencing-mutants.js';

/** All planted defects. */
export const MUTANTS: readonly Mutant[] = [...SEQUENCING_MUTANTS, ...DELIVERY_MUTANTS];

/** Shorter than usual, because a mutant may leave followers waiting for ever. */
const MUTANT_SETTLE_MS = 5_000;

/**
 * Runs a scenario on its own database, with a mutant or without one.
 * @throws Error if the mutant no longer matches the product's code.
 */
export async function runScenario(
  postgres: PostgresServer,
  name: ScenarioName,
  seed: number,
  mutant: Mutant | null,
): Promise<RunResult> {
  const { servers, backplane, environment, edits, ...plan } = SCENARIOS[name];
  const tree = await ServiceTree.create();
  try {
    tree.edit([...(edits ?? []), ...(mutant?.code ?? [])]);
    const database = await postgres.createDatabase();
    if (mutant) await plantInDatabase(mutant, postgres, database);
    return await runChaos({
      ...plan,
      name: (mutant?.name ?? name).replaceAll(/[^a-z0-9]+/gi, '-'),
      seed,
      cluster: { postgres, database, tree, servers, shards: 1, backplane, ...(environment ? { environment } : {}) },
      ...(mutant ? { settleMs: MUTANT_SETTLE_MS } : {}),
    });
  } finally {
    tree.remove();
  }
}

/**
 * Runs a mutant until it is caught, each time with the next seed: some defects need two things to happen in the same millisecond.
 * @returns the run that caught it, or the last of `attempts`.
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

/** Whether the checker caught the mutant. */
export function isCaught(mutant: Mutant, { verdict }: RunResult): boolean {
  return mutant.caughtAs.some((kind) => (verdict.counts[kind] ?? 0) > 0);
}
