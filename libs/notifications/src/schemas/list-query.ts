import { z } from 'zod';
import { INBOX_STATES, NOTIFICATION_TYPES, PRIORITIES, priorityRank } from '../notification/notification.js';
import { categoryName } from './send-input.js';
import { isStorableText, pagingFields } from '@nest-herald/platform/http';
import type { InboxFilter } from '../store/visible.js';

const text = (max: number) =>
  z.string().min(1).max(max).refine(isStorableText, 'contains NUL or half a surrogate pair');

/** The end of a page, opaque to clients: the next page starts after this sort key. */
const cursor = z.string().transform((value, context) => {
  const bytes = Buffer.from(value, 'base64url');
  if (bytes.length === 16 && bytes.toString('base64url') === value) return uuidOf(bytes);
  context.addIssue({ code: 'custom', message: 'is not a cursor of this list; omit it to start at the newest' });
  return z.NEVER;
});

/** Filters of a list, in a query and in a body. */
export const filterFields = {
  state: z.enum(INBOX_STATES).default('inbox'),
  type: z.enum(NOTIFICATION_TYPES).optional(),
  category: categoryName.optional(),
  priority: z.enum(PRIORITIES).optional(),
  relatedType: text(50).optional(),
  relatedId: text(128).optional(),
  q: text(100).optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
};

/** Query of `GET /api/v1/notifications`. */
export const listQuerySchema = z
  .strictObject({
    ...filterFields,
    ...pagingFields,
    cursor: cursor.optional(),
  })
  .meta({ id: 'ListNotificationsQuery' });

/** A checked query. */
export type ListQuery = z.output<typeof listQuerySchema>;

/** @returns the cursor that continues after a sort key. */
export function cursorAt(sortKey: string): string {
  return Buffer.from(sortKey.replaceAll('-', ''), 'hex').toString('base64url');
}

/** @returns the filter of a query, as the store expects it. */
export function filterOf(query: z.output<z.ZodObject<typeof filterFields>> & Partial<ListQuery>): InboxFilter {
  return {
    state: query.state,
    ...(query.type === undefined ? {} : { type: query.type }),
    ...(query.category === undefined ? {} : { category: query.category }),
    ...(query.priority === undefined ? {} : { priority: priorityRank(query.priority) }),
    ...(query.relatedType === undefined ? {} : { relatedType: query.relatedType }),
    ...(query.relatedId === undefined ? {} : { relatedId: query.relatedId }),
    ...(query.q === undefined ? {} : { text: query.q }),
    ...(query.from === undefined ? {} : { from: new Date(query.from) }),
    ...(query.to === undefined ? {} : { to: new Date(query.to) }),
    ...(query.cursor === undefined ? {} : { before: query.cursor }),
    ...(query.offset === undefined ? {} : { offset: query.offset }),
  };
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
