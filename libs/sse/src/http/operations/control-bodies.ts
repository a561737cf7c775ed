import { z } from 'zod';
import { asUserId } from '@nest-herald/platform';
import type { RevocationTarget } from '../../vocabulary/revocation.js';

/** Topics of one request; each is checked as when a stream opens. */
const MAX_TOPICS = 1_000;

const text = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,200}$/u, 'must be 1 to 200 characters without control characters');

/** Body of `PUT /connections/:id/topics`: replaces the topics that the connection follows. */
export const topicsRequestSchema = z
  .strictObject({ topics: z.array(z.string().max(200)).max(MAX_TOPICS) })
  .meta({ id: 'SseTopicsRequest' });

/** See {@link topicsRequestSchema}. */
export type TopicsRequest = z.infer<typeof topicsRequestSchema>;

/** Body of `POST /revocations`. */
export const revocationRequestSchema = z
  .strictObject({
    userId: z
      .string()
      .regex(/^[A-Za-z0-9_.@|-]{1,128}$/, 'must be 1 to 128 characters out of A-Z a-z 0-9 _ . @ | -')
      .optional(),
    sid: text.optional(),
    jti: text.optional(),
    tenant: z.literal(true).optional(),
  })
  .refine((body) => Object.values(body).filter((part) => part !== undefined).length === 1, {
    message: 'must name exactly one of userId, sid, jti, tenant',
  })
  .meta({ id: 'SseRevocationRequest' });

/** See {@link revocationRequestSchema}. */
export type RevocationRequest = z.infer<typeof revocationRequestSchema>;

/** The target that a checked body names. */
export function targetOf({ userId, sid, jti }: RevocationRequest): RevocationTarget {
  if (userId !== undefined) return { userId: asUserId(userId) };
  if (sid !== undefined) return { sessionId: sid };
  return jti === undefined ? { tenant: true } : { tokenId: jti };
}
