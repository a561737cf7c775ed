import { z } from 'zod';
import type { Operation, Parameter } from '../description/operation.js';

/** The parameter for an id in the path. */
export const idOf = (what: string, example: string): Parameter => ({
  name: 'id',
  in: 'path',
  description: `The id of the ${what}. An id of another tenant is unknown.`,
  schema: z.string(),
  example,
});

/** Refusals of operations with an `Idempotency-Key`. */
export const WRITE: readonly string[] = ['409 idempotency_in_progress', '422 idempotency_mismatch', '503 busy'];
/** Refusals of operations that change a resource with a revision. */
export const CHANGE: readonly string[] = ['404 not_found', '412 precondition_failed', ...WRITE];

/** An example of a page with one item. */
export const page = (item: unknown) => ({ items: [item], nextCursor: null, hasMore: false });

/** The optional parts of an operation. */
export type OperationParts = Omit<Operation, 'method' | 'path' | 'id' | 'summary' | 'answers' | 'access'>;
type Answer = readonly [schema: z.ZodType, example: unknown, status?: number];

/** Makes an operation with one answer. Every token has access, unless `access` says otherwise. */
export function operation(
  method: Operation['method'],
  path: string,
  id: string,
  summary: string,
  [schema, example, status = 200]: Answer,
  more: OperationParts & { readonly access?: Operation['access'] } = {},
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
