import { z } from 'zod';
import { documentQuerySchema } from '../demo/documents/document.js';
import { leavePageSchema, leaveSchema, newLeaveSchema } from '../demo/leave/leave-request.schemas.js';
import { newOrderSchema, orderPageSchema, orderSchema } from '../demo/orders/purchase-order.schemas.js';
import type { OperationGroup, Parameter } from './description/operation.js';

const ORDERS = '/api/v1/purchase-orders';
const LEAVE = '/api/v1/leave-requests';

const INSTANCE = '019a3f6e-7c11-7d3e-9d52-3f4a8b1c2d3e';

const ORDER = {
  id: 'PO-000001',
  status: 'draft',
  supplier: 'Nordlicht Bearings',
  amount: 18_400,
  currency: 'EUR',
  costCentre: 'CC-402',
  note: null,
  lines: [{ item: 'Gearbox G3', quantity: 12, amount: 18_400 }],
  requesterId: 'acme.buyer',
  instanceId: null,
  revision: 1,
  createdAt: '2026-11-21T08:00:00.000Z',
  updatedAt: '2026-11-21T08:00:00.000Z',
  decidedAt: null,
};

const LEAVE_REQUEST = {
  id: 'LV-000001',
  status: 'draft',
  kind: 'annual',
  from: '2026-12-21',
  to: '2026-12-23',
  days: 3,
  reason: 'Family holiday',
  requesterId: 'acme.buyer',
  instanceId: null,
  revision: 1,
  createdAt: '2026-11-21T08:00:00.000Z',
  updatedAt: '2026-11-21T08:00:00.000Z',
  decidedAt: null,
};

const idempotencyKey: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'A request that is repeated with the same key within 24 hours is executed once.',
  schema: z.string().max(255),
  example: 'cart-4711',
};

const orderId: Parameter = {
  name: 'orderId',
  in: 'path',
  description: 'Number of the order. An order of another tenant is answered with 404.',
  schema: z.string(),
  example: ORDER.id,
};

const leaveId: Parameter = {
  name: 'leaveId',
  in: 'path',
  description: 'Number of the request. A request that the caller may not see is answered with 404.',
  schema: z.string(),
  example: LEAVE_REQUEST.id,
};

const listParameters: readonly Parameter[] = [
  { name: 'status', in: 'query', description: 'Only with this status.', schema: documentQuerySchema.shape.status },
  {
    name: 'limit',
    in: 'query',
    description: 'Items per page, 1 to 100; default 20.',
    schema: documentQuerySchema.shape.limit,
  },
  {
    name: 'cursor',
    in: 'query',
    description: '`nextCursor` of the previous page.',
    schema: documentQuerySchema.shape.cursor,
  },
];

const ifMatch: Parameter = {
  name: 'If-Match',
  in: 'header',
  description: 'The ETag of the document. A stale one is answered with 412.',
  schema: z.string(),
  example: '"1"',
};

const SUBMIT =
  'Starts its approval in the same transaction. From then on only the approval changes the status of the document.';

const IDEMPOTENCY = ['409 idempotency_in_progress', '422 idempotency_mismatch'];

/** The small ERP of the demo; part of the document only while the demo is on. */
export const demoErpOperations: OperationGroup = {
  tag: 'Demo ERP',
  description:
    'Purchase orders and leave requests of the demo companies. A document is a draft until it is submitted. From then on only its approval changes its status.',
  operations: [
    {
      method: 'post',
      path: ORDERS,
      id: 'orders.create',
      summary: 'Draft a purchase order',
      description: 'With an amount, or with lines that add up to it.',
      access: 'token',
      parameters: [idempotencyKey],
      body: {
        schema: newOrderSchema,
        example: { supplier: ORDER.supplier, costCentre: ORDER.costCentre, lines: ORDER.lines },
      },
      answers: { 201: { description: 'The draft.', schema: orderSchema, example: ORDER } },
      refusals: IDEMPOTENCY,
    },
    {
      method: 'get',
      path: ORDERS,
      id: 'orders.list',
      summary: 'List purchase orders, newest first',
      access: 'token',
      parameters: listParameters,
      answers: {
        200: {
          description: 'A page.',
          schema: orderPageSchema,
          example: { items: [ORDER], nextCursor: null, hasMore: false },
        },
      },
    },
    {
      method: 'get',
      path: `${ORDERS}/{orderId}`,
      id: 'orders.get',
      summary: 'Get a purchase order',
      access: 'token',
      parameters: [orderId],
      answers: { 200: { description: 'The order, with its revision as ETag.', schema: orderSchema, example: ORDER } },
      refusals: ['404 not_found'],
    },
    {
      method: 'post',
      path: `${ORDERS}/{orderId}/submit`,
      id: 'orders.submit',
      summary: 'Submit a purchase order',
      description: SUBMIT,
      access: 'token',
      parameters: [orderId, ifMatch, idempotencyKey],
      answers: {
        200: {
          description: 'The document, waiting for its approval.',
          schema: orderSchema,
          example: { ...ORDER, status: 'pending', instanceId: INSTANCE, revision: 3 },
        },
      },
      refusals: [
        '404 not_found',
        '403 not_requester',
        '409 not_submittable',
        '412 precondition_failed',
        '422 path_unresolvable',
        ...IDEMPOTENCY,
      ],
    },
    {
      method: 'post',
      path: LEAVE,
      id: 'leave.create',
      summary: 'Draft a leave request',
      access: 'token',
      parameters: [idempotencyKey],
      body: {
        schema: newLeaveSchema,
        example: { kind: 'annual', from: '2026-12-21', to: '2026-12-23', reason: 'Family holiday' },
      },
      answers: { 201: { description: 'The draft.', schema: leaveSchema, example: LEAVE_REQUEST } },
      refusals: IDEMPOTENCY,
    },
    {
      method: 'get',
      path: LEAVE,
      id: 'leave.list',
      summary: 'List your leave requests, newest first',
      description: 'HR and managers of approvals see the requests of all users.',
      access: 'token',
      parameters: listParameters,
      answers: {
        200: {
          description: 'A page.',
          schema: leavePageSchema,
          example: { items: [LEAVE_REQUEST], nextCursor: null, hasMore: false },
        },
      },
    },
    {
      method: 'get',
      path: `${LEAVE}/{leaveId}`,
      id: 'leave.get',
      summary: 'Get a leave request',
      access: 'token',
      parameters: [leaveId],
      answers: {
        200: { description: 'The request, with its revision as ETag.', schema: leaveSchema, example: LEAVE_REQUEST },
      },
      refusals: ['404 not_found'],
    },
    {
      method: 'post',
      path: `${LEAVE}/{leaveId}/submit`,
      id: 'leave.submit',
      summary: 'Submit a leave request',
      description: SUBMIT,
      access: 'token',
      parameters: [leaveId, ifMatch, idempotencyKey],
      answers: {
        200: {
          description: 'The document, waiting for its approval.',
          schema: leaveSchema,
          example: { ...LEAVE_REQUEST, status: 'pending', instanceId: INSTANCE, revision: 3 },
        },
      },
      refusals: [
        '404 not_found',
        '403 not_requester',
        '409 not_submittable',
        '412 precondition_failed',
        '422 path_unresolvable',
        ...IDEMPOTENCY,
      ],
    },
  ],
};
