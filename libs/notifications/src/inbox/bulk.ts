import { z } from 'zod';
import { notificationId } from '../notifications.schemas.js';
import { filterFields } from './list-query.js';

/** Operations that need nothing but the item. */
const BULK_OPERATIONS = ['read', 'unread', 'seen', 'archive', 'unarchive', 'unsnooze', 'ack', 'delete'] as const;

/** Ids that one request may name. */
const MAX_IDS = 500;

/** Items that a filter may reach in one request; each is a row and an event. "Mark all read" is one row instead. */
export const MAX_FILTERED = 2_000;

/** Body of `POST /bulk`: an operation on some ids, or on whatever a filter shows. */
export const bulkSchema = z
  .strictObject({
    op: z.enum(BULK_OPERATIONS),
    ids: z.array(notificationId).min(1).max(MAX_IDS).optional(),
    filter: z.strictObject(filterFields).optional(),
  })
  .refine(({ ids, filter }) => (ids === undefined) !== (filter === undefined), {
    error: 'name the notifications by ids or by filter',
    path: ['ids'],
  })
  .meta({ id: 'BulkOperation' });

/** A checked body. */
export type BulkInput = z.output<typeof bulkSchema>;
