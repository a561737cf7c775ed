import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { DemoRefusal } from './demo.errors.js';

/** The states of a document. From `pending` and `returned` only an approval can change it. */
export const DOCUMENT_STATUSES = [
  'draft',
  'pending',
  'returned',
  'approved',
  'rejected',
  'withdrawn',
  'cancelled',
] as const;

/** See {@link DOCUMENT_STATUSES}. */
export type DocumentStatus = (typeof DOCUMENT_STATUSES)[number];

/** Whether the requester may submit the document: a draft, or one whose approval ended without success. */
export function isSubmittable(status: DocumentStatus): boolean {
  return status === 'draft' || status === 'rejected' || status === 'withdrawn' || status === 'cancelled';
}

/** Body of `POST /:id/submit`: none. */
export const submitDocumentSchema = z.strictObject({}).optional();

/** @throws DemoRefusal 412 when `expected`, the caller's `If-Match`, is another revision. */
export function requireRevision(expected: number | undefined, revision: number): void {
  if (expected === undefined || expected === revision) return;
  throw new DemoRefusal('precondition_failed', `The document is now at revision ${revision}. Reload it and retry.`);
}

/** `?status&limit&cursor` of a list, newest first. The cursor is the id of the last document of the previous page. */
export const documentQuerySchema = z.strictObject({
  status: z.enum(DOCUMENT_STATUSES).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z
    .string()
    .regex(/^[A-Z]{2}-\d{6}$/, 'must be the nextCursor of the previous page')
    .optional(),
});

/** A checked {@link documentQuerySchema}. */
export type DocumentQuery = z.output<typeof documentQuerySchema>;

/** A page of a list. */
export interface DocumentPage<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
}

/** Makes a page of `rows`, which were read with one row more than `limit`. */
export function pageOf<T extends { readonly id: string }>(rows: readonly T[], limit: number): DocumentPage<T> {
  const items = rows.slice(0, limit);
  const hasMore = rows.length > limit;
  return { items, nextCursor: hasMore ? (items.at(-1)?.id ?? null) : null, hasMore };
}

/**
 * Assigns `count` new numbers of a kind, in order, such as `PO-000123`. The counter stays locked until the transaction
 * ends, so the numbers have no gaps.
 */
export async function nextNumbers(
  manager: EntityManager,
  tenantId: string,
  kind: 'PO' | 'LV',
  count: number,
): Promise<readonly string[]> {
  const rows: { last: number }[] = await manager.query(
    `insert into herald.demo_counter as c (tenant_id, kind, last) values ($1, $2, $3)
     on conflict (tenant_id, kind) do update set last = c.last + $3 returning last`,
    [tenantId, kind, count],
  );
  const last = rows[0]?.last ?? count;
  return Array.from({ length: count }, (_, index) => `${kind}-${String(last - count + 1 + index).padStart(6, '0')}`);
}
