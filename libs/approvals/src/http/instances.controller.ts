import { Body, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { pagingFields, SchemaPipe, type Page } from '@nest-herald/platform/http';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import type { StartInstance, SubmitInstance } from '../application/instance-requests.js';
import { InstancesService } from '../application/instances.service.js';
import type { ChainCheck } from '../engine/audit/audit-chain.js';
import type { Diagram } from '../engine/diagram/diagram.js';
import type { HistoryItem } from '../store/audit-store.js';
import type { InstanceSummary } from '../store/instance-lists.js';
import type { Instance } from '../store/instance-store.js';
import type { ApprovalTask } from '../store/task-store.js';
import { CurrentCall, type ApprovalCall } from './approval-call.js';
import { ApprovalRequests } from './approval-requests.js';
import { ApprovalRoutes } from './approval-routes.js';
import {
  cancelSchema,
  ccSchema,
  commentSchema,
  listInstancesSchema,
  startSchema,
  submitSchema,
  withdrawSchema,
} from './instance.schemas.js';
import { knownId } from './known-id.js';
import { LEGACY_INSTANCES } from './legacy-approvals.js';

const historyQuery = z.strictObject({ limit: pagingFields.limit, cursor: pagingFields.cursor });
type ListInstances = z.output<typeof listInstancesSchema>;

/** Instances over HTTP. */
@ApprovalRoutes('process-instances', LEGACY_INSTANCES)
export class InstancesController {
  constructor(
    private readonly instances: InstancesService,
    private readonly requests: ApprovalRequests,
  ) {}

  @Post(['', 'start'])
  start(@CurrentCall() call: ApprovalCall, @Body(new SchemaPipe(startSchema)) input: StartInstance): Promise<Instance> {
    return this.requests.change(call, 201, (manager) => this.instances.start(manager, call.caller, input));
  }

  @Get()
  list(
    @CurrentCall() call: ApprovalCall,
    @Query(new SchemaPipe(listInstancesSchema)) query: ListInstances,
  ): Promise<Page<Instance>> {
    const scope = call.caller.manages ? 'all' : 'involved';
    return this.requests.read(call, (manager) => this.instances.list(manager, call.caller, query, scope));
  }

  @Get('my-applications')
  myApplications(
    @CurrentCall() call: ApprovalCall,
    @Query(new SchemaPipe(listInstancesSchema)) query: ListInstances,
  ): Promise<Page<Instance>> {
    return this.requests.read(call, (manager) => this.instances.list(manager, call.caller, query, 'applied'));
  }

  @Get('stats/summary')
  summary(@CurrentCall() call: ApprovalCall): Promise<InstanceSummary> {
    return this.requests.read(call, (manager) => this.instances.summary(manager, call.caller));
  }

  @Get('by-business/:type/:businessId')
  byBusiness(
    @CurrentCall() call: ApprovalCall,
    @Param('type') type: string,
    @Param('businessId') businessId: string,
  ): Promise<Instance> {
    return this.requests.readTagged(call, (manager) =>
      this.instances.byBusinessKey(manager, call.caller, type, businessId),
    );
  }

  @Get(':id')
  get(@CurrentCall() call: ApprovalCall, @Param('id') id: string): Promise<Instance> {
    const instanceId = knownId(id, 'instance');
    return this.requests.readTagged(call, (manager) => this.instances.get(manager, call.caller, instanceId));
  }

  @Post(':id/submit')
  @HttpCode(200)
  submit(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(submitSchema)) input: SubmitInstance,
  ): Promise<Instance> {
    return this.#change(call, id, (manager, instanceId, revision) =>
      this.instances.submit(manager, call.caller, instanceId, input, revision),
    );
  }

  @Post(':id/resubmit')
  @HttpCode(200)
  resubmit(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(submitSchema)) input: SubmitInstance,
  ): Promise<Instance> {
    return this.#change(call, id, (manager, instanceId, revision) =>
      this.instances.resubmit(manager, call.caller, instanceId, input, revision),
    );
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  withdraw(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(withdrawSchema)) input: z.output<typeof withdrawSchema>,
  ): Promise<Instance> {
    return this.#change(call, id, (manager, instanceId, revision) =>
      this.instances.withdraw(manager, call.caller, instanceId, input.reason, revision),
    );
  }

  @Post(':id/cancel')
  @HttpCode(200)
  cancel(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(cancelSchema)) input: z.output<typeof cancelSchema>,
  ): Promise<Instance> {
    return this.#change(call, id, (manager, instanceId, revision) =>
      this.instances.cancel(manager, call.caller, instanceId, input.reason, revision),
    );
  }

  @Post(':id/comment')
  @HttpCode(200)
  comment(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(commentSchema)) input: z.output<typeof commentSchema>,
  ): Promise<Instance> {
    return this.#change(call, id, (manager, instanceId) =>
      this.instances.comment(manager, call.caller, instanceId, input.comment),
    );
  }

  @Post(':id/cc')
  @HttpCode(200)
  cc(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(ccSchema)) input: z.output<typeof ccSchema>,
  ): Promise<Instance> {
    return this.#change(call, id, (manager, instanceId) =>
      this.instances.cc(manager, call.caller, instanceId, input.users),
    );
  }

  @Get(':id/history')
  history(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Query(new SchemaPipe(historyQuery)) query: z.output<typeof historyQuery>,
  ): Promise<Page<HistoryItem>> {
    const instanceId = knownId(id, 'instance');
    return this.requests.read(call, (manager) => this.instances.history(manager, call.caller, instanceId, query));
  }

  @Get(':id/tasks')
  tasks(@CurrentCall() call: ApprovalCall, @Param('id') id: string): Promise<Page<ApprovalTask>> {
    const instanceId = knownId(id, 'instance');
    return this.requests.read(call, async (manager) => ({
      items: await this.instances.tasks(manager, call.caller, instanceId),
      nextCursor: null,
      hasMore: false,
    }));
  }

  @Get(':id/diagram')
  diagram(@CurrentCall() call: ApprovalCall, @Param('id') id: string): Promise<Diagram> {
    const instanceId = knownId(id, 'instance');
    return this.requests.read(call, (manager) => this.instances.diagram(manager, call.caller, instanceId));
  }

  @Get(':id/verify')
  verify(@CurrentCall() call: ApprovalCall, @Param('id') id: string): Promise<ChainCheck> {
    const instanceId = knownId(id, 'instance');
    return this.requests.read(call, (manager) => this.instances.verify(manager, call.caller, instanceId));
  }

  #change(
    call: ApprovalCall,
    id: string,
    work: (manager: EntityManager, instanceId: string, revision: number | undefined) => Promise<Instance>,
  ): Promise<Instance> {
    const instanceId = knownId(id, 'instance');
    return this.requests.change(call, 200, (manager, revision) => work(manager, instanceId, revision));
  }
}
