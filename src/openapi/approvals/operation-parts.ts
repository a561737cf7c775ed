import { z } from 'zod';
import type { Operation, Parameter } from '../operation.js';

/** The id in a path. */
export const idOf = (what: string, example: string): Parameter => ({
  name: 'id',
  in: 'path',
  description: `The ${what}'s id; another tenant's is as unknown as any other.`,
  schema: z.string(),
  example,
});

/** Refusals of what takes an `Idempotency-Key`. */
export const WRITE: readonly string[] = ['409 idempotency_in_progress', '422 idempotency_mismatch', '503 busy'];
/** Refusals of what changes something that has a revision. */
export const CHANGE: readonly string[] = ['404 not_found', '412 precondition_failed', ...WRITE];

/** A list with one item, as an example. */
export const page = (item: unknown) => ({ items: [item], nextCursor: null, hasMore: false });

/** What an operation says beside what each has. */
export type Made = Omit<Operation, 'method' | 'path' | 'id' | 'summary' | 'answers' | 'access'>;
type Answer = readonly [schema: z.ZodType, example: unknown, status?: number];

/** An operation with one answer, for everybody with a token unless `access` says more. */
export function operation(
  method: Operation['method'],
  path: string,
  id: string,
  summary: string,
  [schema, example, status = 200]: Answer,
  more: Made & { readonly access?: Operation['access'] } = {},
): Operation {
  return {
    access: 'token',
    ...more,
    method,
    path,
    id: `approvals.${id}`,
    summary,
    answers: { [status]: { description: summary, schema, example } },
  };
}
