import { notificationSchemas as schemas } from '@nest-herald/notifications';
import { z } from 'zod';
import { COMPAT, IDEMPOTENCY_KEY, IF_MATCH, PAGED_BY_NUMBER } from './description/common-parameters.js';
import type { Operation, OperationGroup, Parameter } from './description/operation.js';

const BASE = '/api/v1/notifications';
const ID = '019a3f6e-7c11-7d3e-9d52-3f4a8b1c2d3e';

const ITEM = {
  id: ID,
  type: 'approval',
  category: 'procurement',
  priority: 'high',
  title: 'Purchase order 4711 waits for you',
  content: 'Tomás Rivera asks for 12 gearboxes, 18,400.00 EUR.',
  link: '/orders/4711',
  data: { orderId: 4711 },
  actions: [{ key: 'open', label: 'Open', type: 'link', href: '/orders/4711' }],
  actorId: 'acme.buyer',
  relatedType: 'purchase-order',
  relatedId: '4711',
  audience: 'users',
  requiresAck: false,
  isRead: false,
  seenAt: null,
  readAt: null,
  archivedAt: null,
  snoozedUntil: null,
  ackedAt: null,
  collapseCount: 1,
  createdAt: '2026-11-21T08:00:00.000Z',
  expiresAt: null,
  revision: 1,
};

const id: Parameter = {
  name: 'id',
  in: 'path',
  description: "The notification's id. An id of another person or tenant is answered like an unknown id.",
  schema: z.string(),
  example: ID,
};

const IDEMPOTENCY = ['409 idempotency_in_progress', '422 idempotency_mismatch', '503 busy'];

/** An operation of one item that needs no body. */
function change(verb: string, summary: string, description?: string, ...refusals: string[]): Operation {
  return {
    method: 'post',
    path: `${BASE}/{id}/${verb}`,
    id: `notifications.${verb}`,
    summary,
    ...(description === undefined ? {} : { description }),
    access: 'token',
    parameters: [id, IF_MATCH, IDEMPOTENCY_KEY],
    answers: { 200: { description: 'The item after the operation.', schema: schemas.item, example: ITEM } },
    refusals: ['404 not_found', '412 precondition_failed', ...refusals, ...IDEMPOTENCY],
  };
}

const listParameters: readonly Parameter[] = [
  ...Object.entries(schemas.listQuery.shape)
    .filter(([name]) => !PAGED_BY_NUMBER.some((parameter) => parameter.name === name))
    .map(([name, schema]) => ({
      name,
      in: 'query' as const,
      description: meaningOf(name),
      schema: schema as z.ZodType,
    })),
  ...PAGED_BY_NUMBER,
];

function meaningOf(name: string): string {
  const meanings: Readonly<Record<string, string>> = {
    state: 'The part of the inbox; default `inbox`.',
    type: 'Only this type.',
    category: 'Only this category.',
    priority: 'Only this priority.',
    relatedType: 'Only what refers to this kind of record.',
    relatedId: 'Only what refers to this record.',
    q: 'Only with this text in title or content.',
    from: 'Created at or after.',
    to: 'Created before.',
    limit: 'Items per page, 1 to 100; default 20.',
    cursor: '`nextCursor` of the previous page.',
  };
  return meanings[name] ?? name;
}

/** All operations of notifications. */
export const notificationOperations: OperationGroup = {
  tag: 'Notifications',
  description:
    "The caller's own inbox, and sending. A notification is stored and published in one transaction. Every change reaches the reader's other devices as an event.",
  operations: [
    {
      method: 'post',
      path: BASE,
      id: 'notifications.send',
      summary: 'Send a notification',
      description:
        'To people and topics with `notification:send`; to roles, departments, positions, groups or the whole tenant with `notification:broadcast`. Named people get a row each; an audience costs two rows, whatever its size.',
      access: { permission: 'notification:send' },
      parameters: [COMPAT, IDEMPOTENCY_KEY],
      body: {
        schema: schemas.send,
        example: {
          to: { users: ['acme.manager'] },
          title: ITEM.title,
          content: ITEM.content,
          type: 'approval',
          category: 'procurement',
          priority: 'high',
          link: '/orders/4711',
          relatedType: 'purchase-order',
          relatedId: '4711',
        },
      },
      answers: {
        201: {
          description: 'Stored and published.',
          schema: schemas.sent,
          example: { id: ID, mode: 'materialised', recipients: 1 },
        },
      },
      refusals: ['413 too_many_recipients', ...IDEMPOTENCY],
    },
    {
      method: 'get',
      path: BASE,
      id: 'notifications.list',
      summary: "List the caller's notifications, newest first",
      access: 'token',
      parameters: listParameters,
      answers: {
        200: {
          description: 'A page.',
          schema: schemas.page,
          example: { items: [ITEM], nextCursor: null, hasMore: false },
        },
      },
    },
    {
      method: 'get',
      path: `${BASE}/counts`,
      id: 'notifications.counts',
      summary: 'Count what is unread and unseen',
      access: 'token',
      answers: {
        200: {
          description: 'Counts, at most 999 each (`capped`).',
          schema: schemas.counts,
          example: {
            unread: 3,
            unseen: 1,
            capped: false,
            byCategory: { procurement: { unread: 2, unseen: 1 }, leave: { unread: 1, unseen: 0 } },
            rev: '17',
          },
        },
      },
    },
    {
      method: 'get',
      path: `${BASE}/unread-count`,
      id: 'notifications.unreadCount',
      summary: 'Count what is unread',
      access: 'token',
      parameters: [COMPAT],
      answers: { 200: { description: 'The count.', schema: schemas.count, example: { count: 3 } } },
    },
    {
      method: 'put',
      path: `${BASE}/read`,
      id: 'notifications.readMany',
      summary: 'Mark several as read',
      description: 'Ids that are unknown, of other people, or read already are skipped.',
      access: 'token',
      parameters: [COMPAT, IDEMPOTENCY_KEY],
      body: { schema: schemas.readMany, example: { ids: [ID] } },
      answers: { 200: { description: 'How many changed.', schema: schemas.count, example: { count: 1 } } },
      refusals: IDEMPOTENCY,
    },
    {
      method: 'post',
      path: `${BASE}/bulk`,
      id: 'notifications.bulk',
      summary: 'Execute one operation on many',
      description:
        'On ids, or on all items that a filter shows, at most 500. All or none: if one item refuses the operation, no item changes. Ids that are unknown or of other people are skipped, and so are items that need no change.',
      access: 'token',
      parameters: [IDEMPOTENCY_KEY],
      body: { schema: schemas.bulk, example: { op: 'archive', filter: { state: 'read', category: 'procurement' } } },
      answers: { 200: { description: 'How many changed.', schema: schemas.count, example: { count: 12 } } },
      refusals: ['409 ack_required', '409 ack_not_asked', '413 too_many_items', ...IDEMPOTENCY],
    },
    {
      method: 'post',
      path: `${BASE}/read-all`,
      id: 'notifications.readAll',
      summary: 'Mark everything as read',
      description: 'One write for any size of inbox. It can be undone for ten minutes.',
      access: 'token',
      parameters: [IDEMPOTENCY_KEY],
      body: { schema: schemas.readAll, example: { category: 'procurement' } },
      answers: {
        200: {
          description: 'The token that undoes it.',
          schema: schemas.readAllAnswer,
          example: { undoToken: 'b1946ac92492d2347c6235b4d2611184', rev: '18' },
        },
      },
      refusals: IDEMPOTENCY,
    },
    {
      method: 'post',
      path: `${BASE}/undo`,
      id: 'notifications.undo',
      summary: 'Undo "mark everything as read"',
      access: 'token',
      parameters: [IDEMPOTENCY_KEY],
      body: { schema: schemas.undo, example: { undoToken: 'b1946ac92492d2347c6235b4d2611184' } },
      answers: { 200: { description: 'Undone.', schema: schemas.revision, example: { rev: '19' } } },
      refusals: ['404 not_found', ...IDEMPOTENCY],
    },
    {
      method: 'delete',
      path: `${BASE}/messages/{id}`,
      id: 'notifications.revoke',
      summary: 'Revoke a notification for all recipients',
      access: { permission: 'notification:admin' },
      parameters: [id, IDEMPOTENCY_KEY],
      answers: { 204: { description: 'Removed from every inbox.' } },
      refusals: ['404 not_found', ...IDEMPOTENCY],
    },
    {
      method: 'get',
      path: `${BASE}/{id}`,
      id: 'notifications.get',
      summary: "Get one of the caller's notifications",
      access: 'token',
      parameters: [id, COMPAT],
      answers: { 200: { description: 'The item, with its revision as ETag.', schema: schemas.item, example: ITEM } },
      refusals: ['404 not_found'],
    },
    {
      ...change('read', 'Mark as read'),
      method: 'put',
      id: 'notifications.putRead',
      parameters: [id, COMPAT, IF_MATCH, IDEMPOTENCY_KEY],
    },
    {
      ...change('snooze', 'Hide until a time', 'It then returns as new.'),
      body: { schema: schemas.snooze, example: { until: '2026-11-23T08:00:00.000Z' } },
    },
    change('read', 'Mark as read'),
    change('unread', 'Mark as unread'),
    change('seen', 'Mark as seen'),
    change(
      'archive',
      'Archive',
      'A notification that requires an acknowledgement must be acknowledged first.',
      '409 ack_required',
    ),
    change('unarchive', 'Return from the archive'),
    change('unsnooze', 'Show again at once'),
    change('ack', 'Acknowledge', 'For a notification that requires an acknowledgement.', '409 ack_not_asked'),
    {
      method: 'delete',
      path: `${BASE}/{id}`,
      id: 'notifications.delete',
      summary: "Remove from the caller's own inbox",
      access: 'token',
      parameters: [id, COMPAT, IF_MATCH, IDEMPOTENCY_KEY],
      answers: { 204: { description: 'Removed, for the caller only.' } },
      refusals: ['404 not_found', '409 ack_required', '412 precondition_failed', ...IDEMPOTENCY],
    },
  ],
};
