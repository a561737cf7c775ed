import { callerOf } from '@nest-herald/approvals';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import {
  expectedRevision,
  IdempotentRequests,
  type WriteRequest,
  type WriteResponse,
} from '@nest-herald/notifications';
import { asTenantId, CurrentPrincipal, isPermitted, type Principal, SchemaPipe, SseAuthGuard } from '@nest-herald/sse';
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
import { LEAVE_REQUEST } from './leave-request.kind.js';
import { type LeaveRequest, type NewLeave, newLeaveSchema } from './leave-request.schemas.js';
import { insertLeave, listLeave, readLeave } from './leave-request.store.js';

/**
 * Leave requests of the demo company: one's own, and all of them for HR and for who manages approvals. Whoever must decide
 * finds what they need in the task. No operation takes a status.
 */
@Controller('api/v1/leave-requests')
@UseGuards(SseAuthGuard)
export class LeaveRequestsController {
  constructor(
    @Inject(TenantTransaction) private readonly transactions: TenantTransaction,
    @Inject(IdempotentRequests) private readonly requests: IdempotentRequests,
    @Inject(DocumentApprovals) private readonly approvals: DocumentApprovals,
  ) {}

  @Get()
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(documentQuerySchema)) query: DocumentQuery,
  ): Promise<DocumentPage<LeaveRequest>> {
    const tenantId = asTenantId(principal.tenantId);
    const requesterId = seesAll(principal) ? null : principal.userId;
    return this.transactions.run(tenantId, async (manager) =>
      pageOf(await listLeave(manager, tenantId, requesterId, query), query.limit),
    );
  }

  @Post()
  async create(
    @CurrentPrincipal() principal: Principal,
    @Req() request: WriteRequest,
    @Res({ passthrough: true }) response: WriteResponse,
    @Body(new SchemaPipe(newLeaveSchema)) input: NewLeave,
  ): Promise<unknown> {
    const kept = {
      ...input,
      requesterId: principal.userId,
      status: 'draft',
      createdAt: null,
      decidedAt: null,
    } as const;
    return this.requests.answer(principal, request, response, async (manager) => {
      const [leave] = await insertLeave(manager, principal.tenantId, [kept]);
      return { status: 201, body: leave };
    });
  }

  @Get(':leaveId')
  async get(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('leaveId') id: string,
  ): Promise<LeaveRequest> {
    const tenantId = asTenantId(principal.tenantId);
    const leave = await this.transactions.run(tenantId, (manager) => readLeave(manager, tenantId, id, false));
    if (!isShown(principal, leave)) {
      throw new DemoRefusal('not_found', 'There is no such leave request.');
    }
    response.header('ETag', `"${leave.revision}"`);
    return leave;
  }

  /** Hands it to its approval; both happen or neither does. */
  @Post(':leaveId/submit')
  @HttpCode(200)
  async submit(
    @CurrentPrincipal() principal: Principal,
    @Req() request: WriteRequest,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('leaveId') id: string,
    @Body(new SchemaPipe(submitDocumentSchema)) _body: unknown,
  ): Promise<unknown> {
    const revision = expectedRevision(request);
    const { tenantId } = principal;
    return this.requests.answer(principal, request, response, async (manager) => {
      const leave = await readLeave(manager, tenantId, id, true);
      if (!isShown(principal, leave)) throw new DemoRefusal('not_found', 'There is no such leave request.');
      requireRevision(revision, leave.revision);
      await this.approvals.submit(manager, callerOf(principal, request), LEAVE_REQUEST, leave);
      return { status: 200, body: await readLeave(manager, tenantId, id, false) };
    });
  }
}

function seesAll(principal: Principal): boolean {
  return principal.roles.includes('hr') || isPermitted(principal, 'approval:manage');
}

function isShown(principal: Principal, leave: LeaveRequest | null): leave is LeaveRequest {
  return leave !== null && (seesAll(principal) || leave.requesterId === principal.userId);
}
