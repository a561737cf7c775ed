import { z } from 'zod';
import { type Audience, roleKey, topicKey } from '../../vocabulary/publication.js';
import { TENANT_KEY, userKey } from '../../vocabulary/audience.js';

/** People that one request may name. */
const MAX_USERS = 10_000;

const id = z.string().regex(/^[A-Za-z0-9_.@|-]{1,128}$/, 'must be 1 to 128 characters out of A-Z a-z 0-9 _ . @ | -');
const text = z.string().min(1).max(200);

const target = z
  .strictObject({
    user: id.optional(),
    users: z.array(id).min(1).max(MAX_USERS).optional(),
    topic: text.optional(),
    role: text.optional(),
    tenant: z.literal(true).optional(),
  })
  .refine((value) => Object.values(value).filter((part) => part !== undefined).length === 1, {
    message: 'must name exactly one of user, users, topic, role, tenant',
  });

/** Body of `POST /send`. */
export const sendRequestSchema = z
  .strictObject({
    target,
    event: z.string().default('message'),
    data: z.unknown(),
    durable: z.boolean().default(true),
    dedupeKey: text.optional(),
    conflationKey: text.optional(),
  })
  .meta({ id: 'SseSendRequest' });

/** Body of `POST /send` in the legacy API. */
export const legacySendRequestSchema = z
  .strictObject({
    target_type: z.enum(['user', 'topic', 'broadcast']),
    user_id: id.optional(),
    topic: text.optional(),
    event: z.string().default('message'),
    data: z.unknown(),
  })
  .refine((body) => body.target_type !== 'user' || body.user_id !== undefined, {
    path: ['user_id'],
    message: 'must name the user',
  })
  .refine((body) => body.target_type !== 'topic' || body.topic !== undefined, {
    path: ['topic'],
    message: 'must name the topic',
  })
  .meta({ id: 'SseLegacySendRequest' });

/** A checked body of either API. */
export type SendRequest = z.infer<typeof sendRequestSchema> | z.infer<typeof legacySendRequestSchema>;

/** Chooses the schema by a field that only the legacy API has. */
export function sendSchemaFor(body: unknown): z.ZodType<SendRequest> {
  const isLegacy = typeof body === 'object' && body !== null && 'target_type' in body;
  return isLegacy ? legacySendRequestSchema : sendRequestSchema;
}

/** The audience of a checked body. @throws SseError `ERR_SSE_INVALID_TOPIC` | `ERR_SSE_INVALID_ID`. */
export function audienceOf(body: SendRequest): Audience {
  const named = 'target' in body ? body.target : legacyTarget(body);
  if (named.users !== undefined) return { users: named.users };
  if (named.user !== undefined) return userKey(named.user);
  if (named.topic !== undefined) return topicKey(named.topic);
  return named.role === undefined ? TENANT_KEY : roleKey(named.role);
}

function legacyTarget(body: z.infer<typeof legacySendRequestSchema>): z.infer<typeof target> {
  if (body.target_type === 'user') return { user: body.user_id };
  return body.target_type === 'topic' ? { topic: body.topic } : { tenant: true };
}
