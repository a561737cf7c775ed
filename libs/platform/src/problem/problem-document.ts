import { STATUS_CODES } from 'node:http';
import type { Problem } from './problem.js';
import type { FieldFault } from './refusal.js';

/** Media type of every refusal. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The body of every refusal (RFC 9457). */
export interface ProblemDocument {
  /** Always `about:blank`; `code` identifies the problem. */
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  /** Stable; programs may switch on it. */
  readonly code: string;
  /** One sentence for people. Never a stack, SQL, a secret, or another tenant's id. */
  readonly detail?: string;
  readonly requestId: string;
  readonly errors?: readonly FieldFault[];
  readonly [extra: string]: unknown;
}

/** Builds the document of a problem. */
export function problemDocument(problem: Problem, requestId: string): ProblemDocument {
  return {
    ...problem.extra,
    type: 'about:blank',
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    code: problem.code,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    requestId,
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
  };
}
