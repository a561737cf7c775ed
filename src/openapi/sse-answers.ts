import { z } from 'zod';

// The library has only TypeScript types of its answers. These schemas describe their JSON, and tests compare both.

const time = z.iso.datetime();
const transports = z.enum(['sse', 'poll', 'ws']);

/** Answer of `POST /tickets`. */
export const ticketAnswer = z
  .object({ ticket: z.string(), expiresAt: time, tenantId: z.string(), userId: z.string() })
  .meta({ id: 'SseTicket' });

/** Answer of `POST /send`. */
export const sendAnswer = z
  .object({ accepted: z.literal(true), durable: z.boolean(), deduplicated: z.boolean() })
  .meta({ id: 'SseSendReceipt' });

/** Answer of `POST /connections/{id}/token`. */
export const tokenRefreshAnswer = z
  .object({ expiresAt: time, topics: z.array(z.string()), denied: z.array(z.string()) })
  .meta({ id: 'SseTokenSwap' });

/** Answer of `PUT /connections/{id}/topics`. */
export const topicsAnswer = z
  .object({ topics: z.array(z.string()), denied: z.array(z.string()) })
  .meta({ id: 'SseTopics' });

/** Answer of `POST /revocations`. */
export const revocationAnswer = z
  .object({
    userId: z.string().optional(),
    sid: z.string().optional(),
    jti: z.string().optional(),
    tenant: z.literal(true).optional(),
    notBefore: time,
    expiresAt: time,
  })
  .meta({ id: 'SseRevocation' });

/** Answer of `GET /poll`. */
export const pollAnswer = z
  .object({
    events: z.array(z.object({ id: z.string().optional(), event: z.string(), data: z.string() })).max(200),
    position: z.string(),
    resync: z
      .object({
        reason: z.enum(['history_gap', 'epoch', 'invalid_cursor', 'overflow']),
        scopes: z.array(z.string()),
      })
      .nullable(),
    denied: z.array(z.string()).optional(),
  })
  .meta({ id: 'SsePoll' });

/** Answer of `GET /stats`. */
export const statsAnswer = z
  .object({
    tenantId: z.string().nullable(),
    totalConnections: z.int(),
    totalUsers: z.int(),
    totalTopics: z.int(),
    byNode: z.array(
      z.object({
        nodeId: z.string(),
        connections: z.int(),
        users: z.int(),
        draining: z.boolean(),
        answered: z.boolean(),
      }),
    ),
    byTransport: z.object({ sse: z.int(), poll: z.int(), ws: z.int() }),
    topics: z.array(z.object({ topic: z.string(), connections: z.int() })).max(100),
    eventsSentTotal: z.int(),
    eventsDroppedTotal: z.int(),
    eventsPerSecond: z.number(),
    slowConsumersTotal: z.int(),
    isRunning: z.boolean(),
    uptimeSeconds: z.int(),
    startedAt: time,
  })
  .meta({ id: 'SseStatistics' });

/** Answer of `GET /online-users`. */
export const onlineUsersAnswer = z
  .object({
    items: z.array(
      z.object({
        userId: z.string(),
        connections: z.int(),
        devices: z.array(z.string()),
        since: time,
        lastSeenAt: time,
        generation: z.int(),
      }),
    ),
    nextCursor: z.string().nullable(),
    hasMore: z.boolean(),
    total: z.int(),
  })
  .meta({ id: 'SseOnlineUsers' });

/** Answer of `GET /online-users/{userId}`. */
export const userPresenceAnswer = z
  .object({
    userId: z.string(),
    online: z.boolean(),
    connections: z.array(
      z.object({
        id: z.string(),
        nodeId: z.string(),
        device: z.string(),
        transport: transports,
        topics: z.array(z.string()),
        since: time,
      }),
    ),
    lastSeenAt: time.nullable(),
    generation: z.int(),
  })
  .meta({ id: 'SseUserPresence' });
