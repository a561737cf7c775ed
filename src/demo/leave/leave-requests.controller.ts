import { Body, Controller, Get, Inject, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { IdempotentRequests, type WriteRequest, type WriteResponse } from '@nest-herald/notifications';
import { asTenantId, CurrentPrincipal, isPermitted, type Principal, SchemaPipe, SseAuthGuard } from '@nest-herald/sse';
import { TenantTransaction } from '../../database/tenant-transaction.js';
import { DemoRefusal } from '../demo.errors.js';
import { type DocumentPage, type DocumentQuery, documentQuerySchema, pageOf } from '../document.js';
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
    if (leave === null || !(seesAll(principal) || leave.requesterId === principal.userId)) {
      throw new DemoRefusal('not_found', 'There is no such leave request.');
    }
    response.header('ETag', `"${leave.revision}"`);
    return leave;
  }
}

function seesAll(principal: Principal): boolean {
  return principal.roles.includes('hr') || isPermitted(principal, 'approval:manage');
}
