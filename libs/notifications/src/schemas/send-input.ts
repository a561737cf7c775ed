import { isIdentifier } from '@nest-herald/platform';
import { isReservedTopic, isTopic } from '@nest-herald/sse-protocol';
import { z } from 'zod';
import { NOTIFICATION_TYPES, PRIORITIES } from '../notification/notification.js';
import { isStorableText, jsonFault } from '@nest-herald/platform/http';

/** Most people that one notification may name. Their rows are written in batches inside the sender's transaction. */
export const MAX_NAMED_USERS = 10_000;

/** Most audience keys that one notification may address, of all kinds together. */
export const MAX_AUDIENCES = 100;

/** Most bytes of `data` as JSON. */
const MAX_DATA_BYTES = 16_384;

const text = (max: number) =>
  z.string().min(1).max(max).refine(isStorableText, 'contains NUL or half a surrogate pair');

/** Ids of people, roles, departments, positions, groups: what may be an id. */
const identifier = z.string().refine(isIdentifier, 'must be 1 to 128 characters out of A-Z a-z 0-9 _ . @ | -');

/** One topic, no pattern. */
const topic = z
  .string()
  .refine(isTopic, 'must be a topic: segments of A-Z a-z 0-9 _ . - joined by ":"')
  .refine((name) => !isReservedTopic(name), 'is reserved for the server');

/** A path on the host's pages, or an http(s) address. Other schemes could run scripts. */
const href = text(2_048).refine(
  (value) => /^\/(?![/\\])/.test(value) || /^https?:\/\/[^\s]/i.test(value),
  'must start with "/" (one slash), "https://" or "http://"',
);

const action = z.strictObject({
  key: z.string().regex(/^[a-z][a-z0-9_-]{0,49}$/, 'must be 1 to 50 characters out of a-z 0-9 _ -, a letter first'),
  label: text(80),
  type: z.literal('link'),
  href,
});

/** The group for counts. */
export const categoryName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_.-]{0,49}$/, 'must be 1 to 50 characters out of a-z 0-9 _ . -');

/** The recipients; at least one field. A person who matches several fields gets one item. */
export const targetsSchema = z
  .strictObject({
    users: z.array(identifier).min(1).optional(),
    topics: z.array(topic).min(1).optional(),
    roles: z.array(identifier).min(1).optional(),
    departments: z.array(identifier).min(1).optional(),
    positions: z.array(identifier).min(1).optional(),
    groups: z.array(identifier).min(1).optional(),
    tenant: z.literal(true).optional(),
  })
  .refine((to) => Object.values(to).some((value) => value !== undefined), 'must name at least one recipient')
  .meta({ id: 'NotificationTargets' });

/** Body of `POST /api/v1/notifications` and input of `NotificationService.send`. */
export const sendSchema = z
  .strictObject({
    to: targetsSchema,
    title: text(200),
    content: text(16_384).optional(),
    type: z.enum(NOTIFICATION_TYPES).default('message'),
    category: categoryName.optional(),
    priority: z.enum(PRIORITIES).default('normal'),
    link: href.optional(),
    data: z
      .unknown()
      .superRefine((value, context) => {
        const fault = value === undefined ? null : jsonFault(value, MAX_DATA_BYTES);
        if (fault !== null) context.addIssue({ code: 'custom', message: fault });
      })
      .optional(),
    actions: z
      .array(action)
      .max(4)
      .refine((list) => new Set(list.map((a) => a.key)).size === list.length, 'must have different keys')
      .optional(),
    relatedType: text(50).optional(),
    relatedId: text(128).optional(),
    requiresAck: z.boolean().default(false),
    expiresAt: z.iso.datetime({ offset: true }).optional(),
    dedupeKey: text(200).optional(),
  })
  .meta({ id: 'SendNotification' });

/** The recipients of a notification. */
export type NotificationTargets = z.output<typeof targetsSchema>;

/** What a caller passes to send one notification. */
export type SendNotification = z.input<typeof sendSchema>;

/** {@link SendNotification} with its defaults. */
export type CheckedNotification = z.output<typeof sendSchema>;
