import type { Problem } from './problem.js';
import type { Refusal } from './refusal.js';

/** Injection token of the {@link ProblemHooks}; optional. `SseModule` provides them. */
export const PROBLEM_HOOKS = Symbol('PROBLEM_HOOKS');

/** Extensions of the one problem filter by a package. */
export interface ProblemHooks {
  /** Maps the package's plain errors to refusals; null for other errors. */
  translate(error: unknown): Refusal | null;
  /** Called before each answer of the filter, for counters and diagnostics. */
  observe(problem: Problem, requestId: string): void;
}
