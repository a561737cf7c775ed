import { callerOf } from '@nest-herald/approvals';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import {
  expectedRevision,
  IdempotentRequests,
  type WriteRequest,
  type WriteResponse,
} from '@nest-herald/notifications';
import { asTenantId, CurrentPrincipal, type Principal, SchemaPipe, SseAuthGuard } from '@nest-herald/sse';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import { DemoRefusal } from '../demo.errors.js';
import { DocumentApprovals } from '../document-approvals.js';
import {
  type DocumentPage,
  type DocumentQuery,
  documentQuerySchema,
  pageOf,
  requireRevision,
  submitDocumentSchema,
} from '../document.js';
import { PURCHASE_ORDER } from './purchase-order.kind.js';
import { type NewOrder, newOrderSchema, type PurchaseOrder } from './purchase-order.schemas.js';
import { insertOrders, listOrders, readOrder } from './purchase-order.store.js';

/** Purchase orders of the demo company; everybody who works there may see them. No operation takes a status. */
@Controller('api/v1/purchase-orders')
@UseGuards(SseAuthGuard)
export class PurchaseOrdersController {
  constructor(
    @Inject(TenantTransaction) private readonly transactions: TenantTransaction,
    @Inject(IdempotentRequests) private readonly requests: IdempotentRequests,
    @Inject(DocumentApprovals) private readonly approvals: DocumentApprovals,
  ) {}

  @Get()
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(documentQuerySchema)) query: DocumentQuery,
  ): Promise<DocumentPage<PurchaseOrder>> {
    const tenantId = asTenantId(principal.tenantId);
    return this.transactions.run(tenantId, async (manager) =>
      pageOf(await listOrders(manager, tenantId, query), query.limit),
    );
  }

  @Post()
  async create(
    @CurrentPrincipal() principal: Principal,
    @Req() request: WriteRequest,
    @Res({ passthrough: true }) response: WriteResponse,
    @Body(new SchemaPipe(newOrderSchema)) input: NewOrder,
  ): Promise<unknown> {
    const kept = {
      ...input,
      requesterId: principal.userId,
      status: 'draft',
      createdAt: null,
      decidedAt: null,
    } as const;
    return this.requests.answer(principal, request, response, async (manager) => {
      const [order] = await insertOrders(manager, principal.tenantId, [kept]);
      return { status: 201, body: order };
    });
  }

  @Get(':orderId')
  async get(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('orderId') id: string,
  ): Promise<PurchaseOrder> {
    const tenantId = asTenantId(principal.tenantId);
    const order = await this.transactions.run(tenantId, (manager) => readOrder(manager, tenantId, id, false));
    if (order === null) throw new DemoRefusal('not_found', 'There is no such purchase order.');
    response.header('ETag', `"${order.revision}"`);
    return order;
  }

  /** Hands it to its approval; both happen or neither does. */
  @Post(':orderId/submit')
  @HttpCode(200)
  async submit(
    @CurrentPrincipal() principal: Principal,
    @Req() request: WriteRequest,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('orderId') id: string,
    @Body(new SchemaPipe(submitDocumentSchema)) _body: unknown,
  ): Promise<unknown> {
    const revision = expectedRevision(request);
    const { tenantId } = principal;
    return this.requests.answer(principal, request, response, async (manager) => {
      const order = await readOrder(manager, tenantId, id, true);
      if (order === null) throw new DemoRefusal('not_found', 'There is no such purchase order.');
      requireRevision(revision, order.revision);
      await this.approvals.submit(manager, callerOf(principal, request), PURCHASE_ORDER, order);
      return { status: 200, body: await readOrder(manager, tenantId, id, false) };
    });
  }
}
