import { pageOf } from '@nest-herald/platform/http';
import { z } from 'zod';
import { NOTIFICATION_TYPES, PRIORITIES } from '../notification/notification.js';

const time = z.iso.datetime();

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
export const pageSchema = pageOf(itemSchema, 'NotificationPage');

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
