import type { ViolationKind } from '../checker/records.js';
import { type Edit, replaceOnce } from '../cluster/service-tree.js';
import type { PostgresServer } from '../cluster/postgres-server.js';
import type { ScenarioName } from './scenarios.js';

/** A function of the database, changed by exact text of its definition. */
export interface FunctionEdit {
  /** With schema, without parameters. */
  readonly fn: string;
  readonly find: string;
  readonly replace: string;
}

/**
 * A mistake that somebody could make, planted into a copy of the product. The checker has to find it: a checker that passes
 * everything would pass every run.
 */
export interface Mutant {
  readonly name: string;
  /** What goes wrong with it. */
  readonly because: string;
  readonly scenario: ScenarioName;
  /** Kinds of findings of which at least one must come. */
  readonly caughtAs: readonly ViolationKind[];
  readonly code?: readonly Edit[];
  readonly functions?: readonly FunctionEdit[];
  /** Run in the database first. */
  readonly sql?: string;
}

/** Plants the database's part of a mutant. @throws Error when a text is not there exactly once. */
export async function plantInDatabase(mutant: Mutant, postgres: PostgresServer, database: string): Promise<void> {
  if (mutant.sql !== undefined) await postgres.query(database, mutant.sql);
  for (const { fn, find, replace } of mutant.functions ?? []) {
    const [row] = await postgres.query<{ text: string }>(database, 'SELECT pg_get_functiondef($1::regproc) AS text', [
      fn,
    ]);
    await postgres.query(database, replaceOnce(row?.text ?? '', find, replace, fn));
  }
}
