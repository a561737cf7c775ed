import { z } from 'zod';
import type { Parameter } from './operation.js';

/** A parameter of the query. */
export const query = (name: string, description: string, schema: z.ZodType = z.string()): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});

export const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Makes a repeated request the same request for 24 hours.',
  schema: z.string().max(255),
  example: 'order-4711-submitted',
};

export const IF_MATCH: Parameter = {
  name: 'If-Match',
  in: 'header',
  description: 'The ETag that the change is based on; a stale one is 412.',
  schema: z.string(),
  example: '"1"',
};

/** Of the operations that the origin has. */
export const COMPAT: Parameter = query(
  'compat',
  '`origin`: the answer has the names, statuses and pages of the origin; see docs/origin-compatibility.md.',
  z.literal('origin'),
);

/** Of every list. */
export const PAGING: readonly Parameter[] = [
  query('limit', 'Items per page, 1 to 100; 20 unless given.', z.number().int()),
  query('cursor', '`nextCursor` of the page before.'),
];

/** Of lists that also count themselves and page by number of items. */
export const COUNTED: readonly Parameter[] = [
  query('offset', 'Items to pass over, at most 10,000.', z.number().int()),
  query('total', '`true`: the answer also has `total`, the number of all items.', z.boolean()),
];

/** Of lists that the origin has too. */
export const NUMBERED: readonly Parameter[] = [
  ...COUNTED,
  query(
    'page',
    'With `compat=origin`: number of the page, from 1, instead of `limit`, `offset` and `cursor`.',
    z.number().int(),
  ),
  query('page_size', 'With `compat=origin`: items per page, 1 to 100; 20 unless given.', z.number().int()),
  COMPAT,
];
