import type { Problem } from './problem.js';
import type { Refusal } from './refusal.js';

/** Injection token of the {@link ProblemHooks}; optional. `SseModule` provides them. */
export const PROBLEM_HOOKS = Symbol('PROBLEM_HOOKS');

/** What a package adds to the one problem filter. */
export interface ProblemHooks {
  /** The package's one table from its plain errors to refusals; null for an error that is not the package's. */
  translate(error: unknown): Refusal | null;
  /** Called for every answer that the filter gives, before it is sent; for counters and diagnostics. */
  observe(problem: Problem, requestId: string): void;
}
