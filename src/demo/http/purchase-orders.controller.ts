import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { CurrentPrincipal, type KeyedWrite, type KeyedWriteResponse, SchemaPipe } from '@nest-herald/platform/http';
import type { Principal } from '@nest-herald/platform';
import { SseAuthGuard } from '@nest-herald/sse';
import { DocumentsService, NEW_DOCUMENT } from '../application/documents.service.js';
import {
  type DocumentPage,
  type DocumentQuery,
  documentQuerySchema,
  submitDocumentSchema,
} from '../documents/document.js';
import { PURCHASE_ORDER } from '../orders/purchase-order.kind.js';
import { type NewOrder, newOrderSchema, type PurchaseOrder } from '../orders/purchase-order.schemas.js';
import { insertOrders, listOrders } from '../orders/purchase-order.store.js';

/** Purchase orders of the demo company, visible to all its users. No operation accepts a status. */
@Controller('api/v1/purchase-orders')
@UseGuards(SseAuthGuard)
export class PurchaseOrdersController {
  constructor(private readonly documents: DocumentsService) {}

  @Get()
  list(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(documentQuerySchema)) query: DocumentQuery,
  ): Promise<DocumentPage<PurchaseOrder>> {
    return this.documents.list(principal, query, (manager, tenantId) => listOrders(manager, tenantId, query));
  }

  @Post()
  create(
    @CurrentPrincipal() principal: Principal,
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Body(new SchemaPipe(newOrderSchema)) input: NewOrder,
  ): Promise<unknown> {
    const order = { ...input, ...NEW_DOCUMENT, requesterId: principal.userId };
    return this.documents.create({ principal, request, response }, (manager) =>
      insertOrders(manager, principal.tenantId, [order]),
    );
  }

  @Get(':orderId')
  get(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Param('orderId') id: string,
  ): Promise<PurchaseOrder> {
    return this.documents.get(principal, response, PURCHASE_ORDER, id);
  }

  @Post(':orderId/submit')
  @HttpCode(200)
  submit(
    @CurrentPrincipal() principal: Principal,
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Param('orderId') id: string,
    @Body(new SchemaPipe(submitDocumentSchema)) _body: unknown,
  ): Promise<unknown> {
    return this.documents.submit({ principal, request, response }, PURCHASE_ORDER, id);
  }
}
