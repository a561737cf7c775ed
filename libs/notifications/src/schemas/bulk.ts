import { idField } from '@nest-herald/platform/http';
import { z } from 'zod';
import { filterFields } from './list-query.js';

/** Operations that need nothing but the item. */
const BULK_OPERATIONS = ['read', 'unread', 'seen', 'archive', 'unarchive', 'unsnooze', 'ack', 'delete'] as const;

/**
 * Most items that one request may change, by ids or by a filter. Each item is a locked row and an event, and any other change
 * of these items waits for the request. "Mark all read" is one row instead.
 */
export const MAX_BULK = 500;

/** Body of `POST /bulk`: an operation on some ids, or on everything that a filter shows. */
export const bulkSchema = z
  .strictObject({
    op: z.enum(BULK_OPERATIONS),
    ids: z.array(idField).min(1).max(MAX_BULK).optional(),
    filter: z.strictObject(filterFields).optional(),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    error: 'name the notifications by ids or by filter',
    path: ['ids'],
  })
  .meta({ id: 'BulkOperation' });

/** A checked body. */
export type BulkInput = z.output<typeof bulkSchema>;
