import type { ViolationKind } from '../checker/records.js';
import { type Edit, replaceOnce } from '../cluster/service-tree.js';
import type { PostgresServer } from '../cluster/postgres-server.js';
import type { ScenarioName } from './scenarios.js';

/** A change to a database function, by exact text of its definition. */
export interface FunctionEdit {
  /** Name with schema, without parameters. */
  readonly fn: string;
  readonly find: string;
  readonly replace: string;
}

/**
 * A plausible defect, planted into a copy of the product. The checker must find it: a checker that accepts everything would
 * accept every run.
 */
export interface Mutant {
  readonly name: string;
  /** What goes wrong. */
  readonly because: string;
  readonly scenario: ScenarioName;
  /** The checker must report at least one of these kinds. */
  readonly caughtAs: readonly ViolationKind[];
  readonly code?: readonly Edit[];
  readonly functions?: readonly FunctionEdit[];
  /** Executed in the database first. */
  readonly sql?: string;
}

/** Plants the database part of a mutant. @throws Error if a text does not occur exactly once. */
export async function plantInDatabase(mutant: Mutant, postgres: PostgresServer, database: string): Promise<void> {
  if (mutant.sql !== undefined) await postgres.query(database, mutant.sql);
  for (const { fn, find, replace } of mutant.functions ?? []) {
    const [row] = await postgres.query<{ text: string }>(database, 'SELECT pg_get_functiondef($1::regproc) AS text', [
      fn,
    ]);
    await postgres.query(database, replaceOnce(row?.text ?? '', find, replace, fn));
  }
}
