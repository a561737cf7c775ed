import { sseSchemas } from '@nest-herald/sse';
import { z } from 'zod';
import type { Operation, OperationGroup, Parameter } from './description/operation.js';
import { sseControlOperations } from './sse-control-operations.js';
import { IDEMPOTENCY_KEY } from './description/common-parameters.js';
import { ssePollOperation } from './sse-poll-operation.js';
import { onlineUsersAnswer, sendAnswer, statsAnswer, ticketAnswer, userPresenceAnswer } from './sse-answers.js';

const query = (name: string, description: string, schema: z.ZodType, example?: string): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
  ...(example === undefined ? {} : { example }),
});

const STREAM_PARAMETERS: readonly Parameter[] = [
  query(
    'topics',
    'Topics to follow, separated by commas; `topic` may also be repeated.',
    z.string(),
    'doc:invoice:INV-9',
  ),
  query('ticket', 'A single-use ticket instead of a token.', z.string()),
  query(
    'device',
    'Name of the device, shown to administrators; at most 64 characters.',
    z.string().max(64),
    'warehouse-7',
  ),
  query(
    'heartbeat',
    '`comment` asks for comment lines instead of `heartbeat` events.',
    z.literal('comment'),
    'comment',
  ),
  {
    name: 'Last-Event-ID',
    in: 'header',
    description:
      'The position to resume after. A position that cannot be used is answered with one `resync` event, never with an error status.',
    schema: z.string(),
    example: 'k3f9a0zq.1041',
  },
];

const STREAM_EXAMPLE = `retry: 3000
id: k3f9a0zq.1041
event: connected
data: {"connectionId":"n1.5Vn0c…","serverTime":"2026-11-21T08:00:00.000Z","heartbeatIntervalMs":15000,"topics":["doc:invoice:INV-9"],"resume":"live","tokenExpiresAt":"2026-11-21T16:00:00.000Z"}

id: k3f9a0zq.1042
event: notification.created
data: {"id":"019a…","title":"Purchase order 4711 is waiting for your approval"}

`;

const REFUSALS = [
  '400 invalid_topic',
  '400 too_many_topics',
  '400 token_in_url',
  '401 invalid_ticket',
  '403 topic_forbidden',
  '403 origin_forbidden',
  '406 not_acceptable',
  '414 uri_too_long',
  '429 connection_limit',
  '429 rate_limited',
  '503 at_capacity',
  '503 busy',
  '503 draining',
];

function stream(path: string, id: string, summary: string): Operation {
  return {
    method: 'get',
    path,
    id,
    summary,
    description:
      'A stream of server-sent events. The first event is always `connected`. Durable events have an `id` and are replayed after a reconnect. HEAD answers with the same status and headers.',
    access: 'token',
    parameters: STREAM_PARAMETERS,
    answers: {
      200: {
        description: 'The stream.',
        mediaType: 'text/event-stream',
        schema: z.string(),
        example: STREAM_EXAMPLE,
      },
    },
    refusals: REFUSALS,
  };
}

const STATS: Omit<Operation, 'path' | 'id' | 'summary'> = {
  method: 'get',
  access: { permission: 'sse:admin' },
  description:
    'Figures of your tenant over all servers. Totals count from the start of each running server. A server that does not answer within a second is not included and has `answered: false`. `isRunning`, `uptimeSeconds` and `startedAt` describe the server that answers the request. `scope=platform` needs `platform:admin`.',
  parameters: [query('scope', 'Figures of your tenant or of all tenants.', z.enum(['tenant', 'platform']), 'tenant')],
  answers: {
    200: {
      description: 'The figures.',
      schema: statsAnswer,
      example: {
        tenantId: 'acme',
        totalConnections: 3,
        totalUsers: 2,
        totalTopics: 1,
        byNode: [{ nodeId: 'n1', connections: 3, users: 2, draining: false, answered: true }],
        byTransport: { sse: 3, poll: 0, ws: 0 },
        topics: [{ topic: 'doc:invoice:INV-9', connections: 1 }],
        eventsSentTotal: 1841,
        eventsDroppedTotal: 0,
        eventsPerSecond: 2.4,
        slowConsumersTotal: 0,
        isRunning: true,
        uptimeSeconds: 86400,
        startedAt: '2026-11-20T08:00:00.000Z',
      },
    },
  },
};

/** Streams and related operations. */
export const sseOperations: OperationGroup = {
  tag: 'Streams',
  description:
    'Server-sent events: open a stream, publish, list who is online. `/api/v1/sse/ws` (also `/api/v1/notifications/ws`) upgrades to a WebSocket with the same stream: each event is one text message `{id?, event, data}`.',
  operations: [
    stream('/api/v1/sse/stream', 'sse.stream', 'Open a stream'),
    {
      method: 'post',
      path: '/api/v1/sse/tickets',
      id: 'sse.issueTicket',
      summary: 'Get a ticket for one stream',
      description:
        'For clients that cannot send a header. A ticket is valid once, for 30 seconds, and bound to the tenant, user, token and origin.',
      access: 'token',
      answers: {
        201: {
          description: 'The ticket. It cannot be read again.',
          schema: ticketAnswer,
          example: {
            ticket: 'Yt0gR0pV8mX1cQ2kZ3nW4bH5jL6fD7sA8eU9iO0pTqE',
            expiresAt: '2026-11-21T08:00:30.000Z',
            tenantId: 'acme',
            userId: 'acme.buyer',
          },
        },
      },
    },
    {
      method: 'post',
      path: '/api/v1/sse/send',
      id: 'sse.send',
      summary: 'Publish an event in your tenant',
      description:
        'The target is exactly one of `user`, `users`, `topic`, `role`, `tenant`. Durable events are logged and replayed. With `durable: false` the event reaches only the connections that are open now. The body `{target_type, user_id, topic, event, data}` is accepted too.',
      access: { permission: 'sse:send' },
      parameters: [IDEMPOTENCY_KEY],
      body: {
        schema: sseSchemas.send,
        example: {
          target: { user: 'acme.buyer' },
          event: 'order.changed',
          data: { orderId: 4711, status: 'shipped' },
          durable: true,
          dedupeKey: 'order-4711-shipped',
        },
      },
      answers: {
        202: {
          description: 'Accepted; a durable event is in the log.',
          schema: sendAnswer,
          example: { accepted: true, durable: true, deduplicated: false },
        },
      },
      refusals: [
        '400 invalid_topic',
        '409 idempotency_in_progress',
        '413 event_too_large',
        '422 idempotency_mismatch',
        '503 busy',
      ],
    },
    ssePollOperation,
    ...sseControlOperations,
    { ...STATS, path: '/api/v1/sse/stats', id: 'sse.stats', summary: 'Statistics of the streams' },
    {
      method: 'get',
      path: '/api/v1/sse/online-users',
      id: 'sse.onlineUsers',
      summary: 'Who is online',
      description:
        'Streams with the topic `presence` receive each change as the ephemeral event `presence` `{userId, online, connections, at, generation}`. Open the stream, fetch this list with `leaving=true`, then apply each event whose `generation` is higher than the known one, or equal with `online: false`.',
      access: { permission: 'sse:admin' },
      parameters: [
        query('limit', 'People per page, 1 to 100.', z.string(), '20'),
        query('cursor', '`nextCursor` of the previous page.', z.string()),
        query(
          'leaving',
          '`true` adds people who disconnected less than 10 s ago, with `connections: 0`. If they reconnect, there is no event.',
          z.enum(['true', 'false']),
          'true',
        ),
      ],
      answers: {
        200: {
          description: 'A page, ordered by user id.',
          schema: onlineUsersAnswer,
          example: {
            items: [
              {
                userId: 'acme.buyer',
                connections: 2,
                devices: ['browser', 'warehouse-7'],
                since: '2026-11-21T08:00:00.000Z',
                lastSeenAt: '2026-11-21T08:10:00.000Z',
                generation: 4,
              },
            ],
            nextCursor: null,
            hasMore: false,
            total: 1,
          },
        },
      },
    },
    {
      method: 'get',
      path: '/api/v1/sse/online-users/{userId}',
      id: 'sse.onlineUser',
      summary: 'Connections of a user',
      description: 'Unknown users and users of other tenants are shown as offline.',
      access: { permission: 'sse:admin' },
      parameters: [
        { name: 'userId', in: 'path', description: 'Id of the user.', schema: z.string(), example: 'acme.buyer' },
      ],
      answers: {
        200: {
          description: 'The presence of the user.',
          schema: userPresenceAnswer,
          example: {
            userId: 'acme.buyer',
            online: true,
            connections: [
              {
                id: 'n1.5Vn0cQ2kZ3nW4bH5jL6fDQ',
                nodeId: 'n1',
                device: 'warehouse-7',
                transport: 'sse',
                topics: ['doc:invoice:INV-9'],
                since: '2026-11-21T08:00:00.000Z',
              },
            ],
            lastSeenAt: '2026-11-21T08:10:00.000Z',
            generation: 4,
          },
        },
      },
    },
  ],
};

/** Operations at the paths that older clients use. */
export const aliasOperations: OperationGroup = {
  tag: 'Older paths',
  description: 'The same operations at paths that older clients use.',
  operations: [
    ...['/sse/stream', '/api/v1/notifications/stream', '/events', '/stream', '/api/events', '/realtime/events'].map(
      (path) => stream(path, `alias${path.replaceAll(/\W+/g, '.')}`, 'Open a stream'),
    ),
    { ...STATS, path: '/debug/sse-stats', id: 'alias.debug.sse.stats', summary: 'Statistics of the streams' },
  ],
};
