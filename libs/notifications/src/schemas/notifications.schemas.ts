import { z } from 'zod';
import { NOTIFICATION_TYPES, PRIORITIES } from '../notification/notification.js';
import { unknownNotification } from '../errors/notification.errors.js';
import { categoryName } from './send-input.js';

/** The most ids that one `PUT /read` may name. */
const MAX_IDS = 500;

/** How far ahead a notification may be snoozed. */
const MAX_SNOOZE_MS = 365 * 86_400_000;

const time = z.iso.datetime();

/** A notification's id in a path or a body, in lower case; anything else can only be unknown. */
export const notificationId = z.uuid().transform((id) => id.toLowerCase());

/**
 * The id in a path. A text that is none is unknown like any other.
 * @throws NotificationRefusal 404.
 */
export function knownId(text: string): string {
  const parsed = notificationId.safeParse(text);
  if (!parsed.success) throw unknownNotification();
  return parsed.data;
}

/** Body of `PUT /read`. */
export const readManySchema = z
  .strictObject({ ids: z.array(notificationId).min(1).max(MAX_IDS) })
  .meta({ id: 'ReadNotifications' });

/** Body of `POST /:id/snooze`. */
export const snoozeSchema = z
  .strictObject({ until: z.iso.datetime({ offset: true }).transform((text) => new Date(text)) })
  .meta({ id: 'SnoozeNotification' });

/** @returns why a notification cannot be snoozed until then; null when it can. */
export function snoozeFault(until: Date, now: Date): string | null {
  const ahead = until.getTime() - now.getTime();
  return ahead > 0 && ahead <= MAX_SNOOZE_MS ? null : 'must lie in the future, at most a year ahead';
}

/** Body of `POST /read-all`; none at all marks the whole inbox. */
export const readAllSchema = z
  .strictObject({ category: categoryName.optional() })
  .default({})
  .meta({ id: 'ReadAllNotifications' });

/** Body of `POST /undo`. */
export const undoSchema = z.strictObject({ undoToken: z.string().min(1).max(100) }).meta({ id: 'UndoReadAll' });

/** Body of operations that need none. */
export const emptySchema = z.strictObject({}).optional();

/** Answer of `POST /`. */
export const sentSchema = z
  .object({
    id: z.uuid(),
    mode: z.enum(['materialised', 'lazy']),
    recipients: z.number().int().nullable(),
  })
  .meta({ id: 'SentNotification' });

/** A notification as its reader sees it. */
export const itemSchema = z
  .object({
    id: z.uuid(),
    type: z.enum(NOTIFICATION_TYPES),
    category: z.string(),
    priority: z.enum(PRIORITIES),
    title: z.string(),
    content: z.string().nullable(),
    link: z.string().nullable(),
    data: z.unknown(),
    actions: z.array(z.object({ key: z.string(), label: z.string(), type: z.literal('link'), href: z.string() })),
    actorId: z.string().nullable(),
    relatedType: z.string().nullable(),
    relatedId: z.string().nullable(),
    audience: z.string(),
    requiresAck: z.boolean(),
    isRead: z.boolean(),
    seenAt: time.nullable(),
    readAt: time.nullable(),
    archivedAt: time.nullable(),
    snoozedUntil: time.nullable(),
    ackedAt: time.nullable(),
    collapseCount: z.number().int(),
    createdAt: time,
    expiresAt: time.nullable(),
    revision: z.number().int(),
  })
  .meta({ id: 'Notification' });

/** Answer of `GET /`. */
export const pageSchema = z
  .object({
    items: z.array(itemSchema),
    nextCursor: z.string().nullable(),
    hasMore: z.boolean(),
    total: z.number().int().optional(),
  })
  .meta({ id: 'NotificationPage' });

/** Answer of `GET /counts` and data of `notification.counts`. */
export const countsSchema = z
  .object({
    unread: z.number().int(),
    unseen: z.number().int(),
    capped: z.boolean(),
    byCategory: z.record(z.string(), z.object({ unread: z.number().int(), unseen: z.number().int() })),
    rev: z.string(),
  })
  .meta({ id: 'NotificationCounts' });

/** Answer of `GET /unread-count` and `PUT /read`. */
export const countSchema = z.object({ count: z.number().int() }).meta({ id: 'NotificationCount' });

/** Answer of `POST /read-all`. */
export const readAllAnswerSchema = z.object({ undoToken: z.string(), rev: z.string() }).meta({ id: 'ReadAllMark' });

/** Answer of `POST /undo`. */
export const revSchema = z.object({ rev: z.string() }).meta({ id: 'InboxRevision' });
