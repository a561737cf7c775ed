import { z } from 'zod';
import type { Parameter } from './operation.js';

/** A query parameter. */
export const query = (name: string, description: string, schema: z.ZodType = z.string()): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});

export const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'A request that is repeated with the same key within 24 hours is executed once.',
  schema: z.string().max(255),
  example: 'order-4711-submitted',
};

export const IF_MATCH: Parameter = {
  name: 'If-Match',
  in: 'header',
  description: 'The ETag that the change is based on. A stale one is answered with 412.',
  schema: z.string(),
  example: '"1"',
};

/** For operations that the legacy API has. */
export const COMPAT: Parameter = query(
  'compat',
  '`origin`: the answer has the field names, statuses and paging of the legacy API; see docs/origin-compatibility.md.',
  z.literal('origin'),
);

/** For every list. */
export const PAGING: readonly Parameter[] = [
  query('limit', 'Items per page, 1 to 100; default 20.', z.number().int()),
  query('cursor', '`nextCursor` of the previous page.'),
];

/** For lists that can also count their items and skip a number of them. */
export const COUNTED: readonly Parameter[] = [
  query('offset', 'Number of items to skip, at most 10,000.', z.number().int()),
  query('total', '`true`: the answer also has `total`, the number of items in the list.', z.boolean()),
];

/** For lists that the legacy API has too. */
export const PAGED_BY_NUMBER: readonly Parameter[] = [
  ...COUNTED,
  query(
    'page',
    'With `compat=origin`: number of the page, starting at 1. Replaces `limit`, `offset` and `cursor`.',
    z.number().int(),
  ),
  query('page_size', 'With `compat=origin`: items per page, 1 to 100; default 20.', z.number().int()),
  COMPAT,
];
