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
import { LEAVE_REQUEST, maySeeAllLeave } from '../leave/leave-request.kind.js';
import { type NewLeave, newLeaveSchema, type LeaveRequest } from '../leave/leave-request.schemas.js';
import { insertLeave, listLeave } from '../leave/leave-request.store.js';

/**
 * Leave requests of the demo company. Users see their own; HR and managers of approvals see all. Approvers find what they
 * need in their task. No operation accepts a status.
 */
@Controller('api/v1/leave-requests')
@UseGuards(SseAuthGuard)
export class LeaveRequestsController {
  constructor(private readonly documents: DocumentsService) {}

  @Get()
  list(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(documentQuerySchema)) query: DocumentQuery,
  ): Promise<DocumentPage<LeaveRequest>> {
    const requesterId = maySeeAllLeave(principal) ? null : principal.userId;
    return this.documents.list(principal, query, (manager, tenantId) =>
      listLeave(manager, tenantId, requesterId, query),
    );
  }

  @Post()
  create(
    @CurrentPrincipal() principal: Principal,
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Body(new SchemaPipe(newLeaveSchema)) input: NewLeave,
  ): Promise<unknown> {
    const leave = { ...input, ...NEW_DOCUMENT, requesterId: principal.userId };
    return this.documents.create({ principal, request, response }, (manager) =>
      insertLeave(manager, principal.tenantId, [leave]),
    );
  }

  @Get(':leaveId')
  get(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Param('leaveId') id: string,
  ): Promise<LeaveRequest> {
    return this.documents.get(principal, response, LEAVE_REQUEST, id);
  }

  @Post(':leaveId/submit')
  @HttpCode(200)
  submit(
    @CurrentPrincipal() principal: Principal,
    @Req() request: KeyedWrite,
    @Res({ passthrough: true }) response: KeyedWriteResponse,
    @Param('leaveId') id: string,
    @Body(new SchemaPipe(submitDocumentSchema)) _body: unknown,
  ): Promise<unknown> {
    return this.documents.submit({ principal, request, response }, LEAVE_REQUEST, id);
  }
}
