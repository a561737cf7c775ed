import { STATUS_CODES } from 'node:http';
import type { Problem } from './problem.js';
import type { FieldFault } from './refusal.js';

/** Media type of every refusal. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The body of every refusal (RFC 9457). */
export interface ProblemDocument {
  /** `about:blank`: the stable `code` says more than a page could. */
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  /** Stable word that programs may switch on. */
  readonly code: string;
  /** One sentence for people. Never a stack, SQL, a secret, or another tenant's id. */
  readonly detail?: string;
  readonly requestId: string;
  readonly errors?: readonly FieldFault[];
  readonly [extra: string]: unknown;
}

/** Writes the document. */
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
