import { z } from 'zod';
import { ApprovalRefusal } from './approval.errors.js';

/** A page of a list (api.md §2). */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
}

/** Query fields of every list; `offset` is the origin's way of paging. */
export const pagingFields = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(100).optional(),
  offset: z.coerce.number().int().min(0).max(10_000).optional(),
};

/** Schema of a page. */
export function pageOf<T extends z.ZodType>(item: T, id: string) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable(), hasMore: z.boolean() }).meta({ id });
}

/** The last key of the page before, out of its cursor. @throws ApprovalRefusal 400. */
export function keyAt<T>(cursor: string | undefined, schema: z.ZodType<T>): T | null {
  if (cursor === undefined) return null;
  const parsed = schema.safeParse(Buffer.from(cursor, 'base64url').toString());
  if (parsed.success) return parsed.data;
  throw new ApprovalRefusal('invalid_request', 'The cursor is not one that a page had.');
}

/** A page out of one row more than asked for. */
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
