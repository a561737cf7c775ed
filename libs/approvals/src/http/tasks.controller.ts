import { Body, Get, HttpCode, HttpException, Inject, Param, Post, Query } from '@nestjs/common';
import { expectedRevision, type Page, problemOf, SchemaPipe, withTag } from '@nest-herald/platform/http';
import type { z } from 'zod';
import { CurrentCall, type ApprovalCall } from './approval-call.js';
import { ApprovalRequests } from './approval-requests.js';
import { ApprovalRoutes } from './approval-routes.js';
import type { Instance } from './instance.schemas.js';
import { ApprovalsService } from '../application/instances.service.js';
import { knownId } from './known-id.js';
import { ORIGIN_TASKS } from './legacy-approvals.js';
import { callOfTask } from './batch-call.js';
import {
  approveSchema,
  batchSchema,
  delegateSchema,
  myTasksCountSchema,
  myTasksSchema,
  pageQuerySchema,
  processTaskSchema,
  rejectSchema,
  resolveSchema,
  returnSchema,
  transferSchema,
  type ApprovalTask,
  type BatchInput,
  type BatchResult,
  type ListMyTasks,
  type PageQuery,
  type TaskActions,
} from './task.schemas.js';
import { TasksService, type Decided, type TaskVerb } from '../application/tasks.service.js';

/** Tasks over HTTP (api.md §6). Fixed paths stand before `:id`, which would take them. */
@ApprovalRoutes('approval-tasks', ORIGIN_TASKS)
export class TasksController {
  constructor(
    @Inject(TasksService) private readonly tasks: TasksService,
    @Inject(ApprovalsService) private readonly instances: ApprovalsService,
    @Inject(ApprovalRequests) private readonly requests: ApprovalRequests,
  ) {}

  @Get('my-tasks')
  mine(
    @CurrentCall() call: ApprovalCall,
    @Query(new SchemaPipe(myTasksSchema)) query: ListMyTasks,
  ): Promise<Page<ApprovalTask>> {
    const which = { assigneeId: call.caller.userId, status: query.status };
    return this.requests.read(call, (manager) => this.tasks.list(manager, call.caller, which, query));
  }

  @Get('my-tasks/count')
  count(
    @CurrentCall() call: ApprovalCall,
    @Query(new SchemaPipe(myTasksCountSchema)) query: z.output<typeof myTasksCountSchema>,
  ): Promise<{ readonly count: number }> {
    return this.requests.read(call, async (manager) => ({
      count: await this.tasks.count(manager, call.caller, query.status),
    }));
  }

  @Get('done')
  done(
    @CurrentCall() call: ApprovalCall,
    @Query(new SchemaPipe(pageQuerySchema)) query: PageQuery,
  ): Promise<Page<ApprovalTask>> {
    const which = { doneBy: call.caller.userId };
    return this.requests.read(call, (manager) => this.tasks.list(manager, call.caller, which, query));
  }

  /** Requests on which the caller was put on copy. */
  @Get('cc')
  copies(
    @CurrentCall() call: ApprovalCall,
    @Query(new SchemaPipe(pageQuerySchema)) query: PageQuery,
  ): Promise<Page<Instance>> {
    return this.requests.read(call, (manager) => this.instances.list(manager, call.caller, query, 'cc'));
  }

  /** Each task in a transaction of its own: what one of them is refused with does not undo the others. */
  @Post('batch-process')
  @HttpCode(200)
  async batch(
    @CurrentCall() call: ApprovalCall,
    @Body(new SchemaPipe(batchSchema)) input: BatchInput,
  ): Promise<{ readonly results: readonly BatchResult[] }> {
    const results = new Map<string, BatchResult>();
    const verb = verbOf(input.action, input.comment);
    // In one order for everybody, so that two batches over the same tasks queue up instead of crossing.
    for (const taskId of [...new Set(input.taskIds)].sort()) {
      try {
        await this.requests.write(callOfTask(call, taskId), 200, async (manager) => {
          await this.tasks.give(manager, call.caller, taskId, verb);
        });
        results.set(taskId, { taskId, success: true });
      } catch (error) {
        const { code, detail, status } = problemOf(error);
        if (status >= 500 && !(error instanceof HttpException)) throw error;
        results.set(taskId, { taskId, success: false, code, ...(detail === undefined ? {} : { error: detail }) });
      }
    }
    return { results: input.taskIds.flatMap((id) => results.get(id) ?? []) };
  }

  @Get(':id')
  get(@CurrentCall() call: ApprovalCall, @Param('id') id: string): Promise<ApprovalTask> {
    const taskId = knownId(id, 'task');
    return this.requests.readTagged(call, (manager) => this.tasks.get(manager, call.caller, taskId));
  }

  @Get(':id/actions')
  actions(@CurrentCall() call: ApprovalCall, @Param('id') id: string): Promise<TaskActions> {
    const taskId = knownId(id, 'task');
    return this.requests.read(call, (manager) => this.tasks.actions(manager, call.caller, taskId));
  }

  @Post(':id/approve')
  @HttpCode(200)
  approve(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(approveSchema)) input: z.output<typeof approveSchema>,
  ): Promise<Decided> {
    const { comment, formPatch, picks } = input;
    return this.#give(call, id, {
      ...verbOf('approve', comment, formPatch),
      ...(picks === undefined ? {} : { picks: Object.entries(picks).map(([nodeId, users]) => ({ nodeId, users })) }),
    } as TaskVerb);
  }

  @Post(':id/reject')
  @HttpCode(200)
  reject(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(rejectSchema)) input: z.output<typeof rejectSchema>,
  ): Promise<Decided> {
    return this.#give(call, id, verbOf('reject', input.comment));
  }

  @Post(':id/process')
  @HttpCode(200)
  process(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(processTaskSchema)) input: z.output<typeof processTaskSchema>,
  ): Promise<Decided> {
    return this.#give(call, id, verbOf(input.action, input.comment, input.formPatch));
  }

  @Post(':id/transfer')
  @HttpCode(200)
  transfer(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(transferSchema)) input: z.output<typeof transferSchema>,
  ): Promise<Decided> {
    return this.#give(call, id, { type: 'transfer', to: input.toUserId, ...said(input.comment) });
  }

  /** Somebody else prepares the decision; the task comes back to its owner with `resolve`. */
  @Post(':id/delegate')
  @HttpCode(200)
  delegate(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(delegateSchema)) input: z.output<typeof delegateSchema>,
  ): Promise<Decided> {
    return this.#give(call, id, { type: 'delegate', to: input.toUserId, ...said(input.comment) });
  }

  @Post(':id/resolve')
  @HttpCode(200)
  resolve(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(resolveSchema)) input: z.output<typeof resolveSchema>,
  ): Promise<Decided> {
    return this.#give(call, id, { type: 'resolve', ...said(input.comment) });
  }

  @Post(':id/return')
  @HttpCode(200)
  giveBack(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(returnSchema)) input: z.output<typeof returnSchema>,
  ): Promise<Decided> {
    return this.#give(call, id, {
      type: 'return',
      to: input.to,
      ...(input.resume === undefined ? {} : { resume: input.resume }),
      ...said(input.comment),
    });
  }

  async #give(call: ApprovalCall, id: string, verb: TaskVerb): Promise<Decided> {
    const taskId = knownId(id, 'task');
    const revision = expectedRevision(call.request);
    const decided = await this.requests.write(call, 200, (manager) =>
      this.tasks.give(manager, call.caller, taskId, verb, revision),
    );
    withTag(call.response, decided.task);
    return decided;
  }
}

function verbOf(
  type: 'approve' | 'reject',
  comment: string | undefined,
  formPatch?: Readonly<Record<string, unknown>>,
): TaskVerb {
  return {
    type,
    ...said(comment),
    ...(type === 'approve' && formPatch !== undefined ? { formPatch } : {}),
  };
}

function said(comment: string | undefined): { readonly comment?: string } {
  return comment === undefined || comment === '' ? {} : { comment };
}
