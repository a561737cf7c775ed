import { Refusal } from '../problem/refusal.js';
import { z } from 'zod';

/** Most items that an offset may skip. Beyond that, a client follows the cursor, which costs one page at any depth. */
export const MAX_OFFSET = 10_000;

/** A page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
  /** Number of all items of the list, when the query requests it. */
  readonly total?: number;
}

/** Query fields of every list. `offset` and `total` are for clients with page numbers. */
export const pagingFields = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(100).optional(),
  offset: z.coerce.number().int().min(0).max(MAX_OFFSET).optional(),
  total: z.stringbool().optional(),
};

/** The schema of a page of items. */
export function pageOf<T extends z.ZodType>(item: T, id: string) {
  const page = { items: z.array(item), nextCursor: z.string().nullable(), hasMore: z.boolean() };
  return z.object({ ...page, total: z.number().int().optional() }).meta({ id });
}

/** Reads the last key of the previous page from its cursor. @throws Refusal 400. */
export function keyAt<T>(cursor: string | undefined, schema: z.ZodType<T>): T | null {
  if (cursor === undefined) return null;
  const parsed = schema.safeParse(Buffer.from(cursor, 'base64url').toString());
  if (parsed.success) return parsed.data;
  throw new Refusal(400, 'invalid_request', 'The cursor is not one that a page returned. Start from the first page.');
}

/** Adds the number of all rows, counted with the same conditions, when the query requests it. */
export async function withTotal<T>(
  page: Page<T>,
  query: { readonly total?: boolean | undefined },
  count: () => Promise<number>,
): Promise<Page<T>> {
  return query.total === true ? { ...page, total: await count() } : page;
}

/** Builds a page from `limit + 1` rows; the extra row shows that there are more. */
export function pageFrom<R, T>(
  rows: readonly R[],
  limit: number,
  read: (row: R) => T,
  key: (row: R) => string,
): Page<T> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const hasMore = rows.length > limit;
  return {
    items: page.map(read),
    nextCursor: hasMore && last !== undefined ? Buffer.from(key(last)).toString('base64url') : null,
    hasMore,
  };
}
