import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import {
  expectedRevision,
  IdempotentRequests,
  type WriteRequest,
  type WriteResponse,
} from '@nest-herald/notifications';
import { CurrentPrincipal, type Principal, ProblemFilter, SchemaPipe, SseAuthGuard } from '@nest-herald/sse';
import { TenantTransaction } from '@nest-herald/sse/postgres';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { callerOf, type Caller, type CallingRequest } from '../caller.js';
import type { ChainCheck, Diagram } from '../engine/index.js';
import { knownId } from '../known-id.js';
import { OriginNames } from '../origin-names.pipe.js';
import { pagingFields, type Page } from '../paging.js';
import { withTag } from '../with-tag.js';
import type { ApprovalTask } from '../tasks/task.schemas.js';
import {
  cancelSchema,
  ccSchema,
  commentSchema,
  listInstancesSchema,
  startSchema,
  submitSchema,
  withdrawSchema,
  type HistoryEntryAnswer,
  type Instance,
  type InstanceSummary,
  type ListInstances,
  type StartInput,
  type SubmitInput,
} from './instance.schemas.js';
import { ApprovalsService } from './approvals.service.js';

const START_NAMES = new OriginNames({
  process_def_id: 'processId',
  form_data: 'formData',
  business_type: 'businessType',
  business_id: 'businessId',
});
const SUBMIT_NAMES = new OriginNames({ form_data: 'formData' });
const LIST_NAMES = new OriginNames({
  process_def_id: 'processId',
  applicant_id: 'applicantId',
  start_date: 'from',
  end_date: 'to',
});
const CC_NAMES = new OriginNames({ user_ids: 'users' });
const historyQuery = z.strictObject({ limit: pagingFields.limit, cursor: pagingFields.cursor });

type Request = WriteRequest & CallingRequest;

/** Requests over HTTP (api.md §6). */
@Controller('api/v1/process-instances')
@UseGuards(SseAuthGuard)
@UseFilters(ProblemFilter)
export class InstancesController {
  constructor(
    @Inject(ApprovalsService) private readonly instances: ApprovalsService,
    @Inject(TenantTransaction) private readonly transactions: TenantTransaction,
    @Inject(IdempotentRequests) private readonly requests: IdempotentRequests,
  ) {}

  @Post(['', 'start'])
  start(
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: WriteResponse,
    @Body(START_NAMES, new SchemaPipe(startSchema)) input: StartInput,
  ): Promise<Instance> {
    return this.#write(principal, request, response, 201, (manager, caller) =>
      this.instances.start(manager, caller, input),
    );
  }

  @Get()
  list(
    @CurrentPrincipal() principal: Principal,
    @Query(LIST_NAMES, new SchemaPipe(listInstancesSchema)) query: ListInstances,
  ): Promise<Page<Instance>> {
    return this.#read(principal, (manager, caller) =>
      this.instances.list(manager, caller, query, caller.manages ? 'all' : 'involved'),
    );
  }

  @Get('my-applications')
  myApplications(
    @CurrentPrincipal() principal: Principal,
    @Query(LIST_NAMES, new SchemaPipe(listInstancesSchema)) query: ListInstances,
  ): Promise<Page<Instance>> {
    return this.#read(principal, (manager, caller) => this.instances.list(manager, caller, query, 'applied'));
  }

  @Get('stats/summary')
  summary(@CurrentPrincipal() principal: Principal): Promise<InstanceSummary> {
    return this.#read(principal, (manager, caller) => this.instances.summary(manager, caller));
  }

  @Get('by-business/:type/:businessId')
  async byBusiness(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('type') type: string,
    @Param('businessId') businessId: string,
  ): Promise<Instance> {
    return withTag(
      response,
      await this.#read(principal, (manager, caller) => this.instances.byBusinessKey(manager, caller, type, businessId)),
    );
  }

  @Get(':id')
  async get(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
  ): Promise<Instance> {
    const instanceId = knownId(id, 'instance');
    return withTag(
      response,
      await this.#read(principal, (manager, caller) => this.instances.get(manager, caller, instanceId)),
    );
  }

  @Post(':id/submit')
  @HttpCode(200)
  submit(
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
    @Body(SUBMIT_NAMES, new SchemaPipe(submitSchema)) input: SubmitInput,
  ): Promise<Instance> {
    return this.#change(principal, request, response, id, (manager, caller, instanceId, revision) =>
      this.instances.submit(manager, caller, instanceId, input, revision),
    );
  }

  @Post(':id/resubmit')
  @HttpCode(200)
  resubmit(
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
    @Body(SUBMIT_NAMES, new SchemaPipe(submitSchema)) input: SubmitInput,
  ): Promise<Instance> {
    return this.#change(principal, request, response, id, (manager, caller, instanceId, revision) =>
      this.instances.resubmit(manager, caller, instanceId, input, revision),
    );
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  withdraw(
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
    @Body(new SchemaPipe(withdrawSchema)) input: z.output<typeof withdrawSchema>,
  ): Promise<Instance> {
    return this.#change(principal, request, response, id, (manager, caller, instanceId, revision) =>
      this.instances.withdraw(manager, caller, instanceId, input.reason, revision),
    );
  }

  @Post(':id/cancel')
  @HttpCode(200)
  cancel(
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
    @Body(new SchemaPipe(cancelSchema)) input: z.output<typeof cancelSchema>,
  ): Promise<Instance> {
    return this.#change(principal, request, response, id, (manager, caller, instanceId, revision) =>
      this.instances.cancel(manager, caller, instanceId, input.reason, revision),
    );
  }

  @Post(':id/comment')
  @HttpCode(200)
  comment(
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
    @Body(new SchemaPipe(commentSchema)) input: z.output<typeof commentSchema>,
  ): Promise<Instance> {
    return this.#change(principal, request, response, id, (manager, caller, instanceId) =>
      this.instances.comment(manager, caller, instanceId, input.comment),
    );
  }

  @Post(':id/cc')
  @HttpCode(200)
  cc(
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
    @Body(CC_NAMES, new SchemaPipe(ccSchema)) input: z.output<typeof ccSchema>,
  ): Promise<Instance> {
    return this.#change(principal, request, response, id, (manager, caller, instanceId) =>
      this.instances.cc(manager, caller, instanceId, input.users),
    );
  }

  @Get(':id/history')
  history(
    @CurrentPrincipal() principal: Principal,
    @Param('id') id: string,
    @Query(new SchemaPipe(historyQuery)) query: z.output<typeof historyQuery>,
  ): Promise<Page<HistoryEntryAnswer>> {
    const instanceId = knownId(id, 'instance');
    return this.#read(principal, (manager, caller) => this.instances.history(manager, caller, instanceId, query));
  }

  @Get(':id/tasks')
  tasks(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<Page<ApprovalTask>> {
    const instanceId = knownId(id, 'instance');
    return this.#read(principal, async (manager, caller) => ({
      items: await this.instances.tasks(manager, caller, instanceId),
      nextCursor: null,
      hasMore: false,
    }));
  }

  @Get(':id/diagram')
  diagram(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<Diagram> {
    const instanceId = knownId(id, 'instance');
    return this.#read(principal, (manager, caller) => this.instances.diagram(manager, caller, instanceId));
  }

  @Get(':id/verify')
  verify(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<ChainCheck> {
    const instanceId = knownId(id, 'instance');
    return this.#read(principal, (manager, caller) => this.instances.verify(manager, caller, instanceId));
  }

  #read<T>(principal: Principal, work: (manager: EntityManager, caller: Caller) => Promise<T>): Promise<T> {
    return this.transactions.run(principal.tenantId, (manager) => work(manager, callerOf(principal)));
  }

  #change(
    principal: Principal,
    request: Request,
    response: WriteResponse,
    id: string,
    work: (
      manager: EntityManager,
      caller: Caller,
      instanceId: string,
      revision: number | undefined,
    ) => Promise<Instance>,
  ): Promise<Instance> {
    const instanceId = knownId(id, 'instance');
    const revision = expectedRevision(request);
    return this.#write(principal, request, response, 200, (manager, caller) =>
      work(manager, caller, instanceId, revision),
    );
  }

  async #write(
    principal: Principal,
    request: Request,
    response: WriteResponse,
    status: number,
    work: (manager: EntityManager, caller: Caller) => Promise<Instance>,
  ): Promise<Instance> {
    const body = await this.requests.answer(principal, request, response, async (manager) => ({
      status,
      body: await work(manager, callerOf(principal, request)),
    }));
    return withTag(response, body as Instance);
  }
}
