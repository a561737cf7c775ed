import { Body, Get, HttpCode, HttpException, Param, Post, Query } from '@nestjs/common';
import { expectedRevision, problemOf, SchemaPipe, withTag, type Page } from '@nest-herald/platform/http';
import type { z } from 'zod';
import { InstancesService } from '../application/instances.service.js';
import type { PageQuery } from '../application/page-query.js';
import { TasksService, type DecidedTask, type TaskActions, type TaskCommand } from '../application/tasks.service.js';
import type { Instance } from '../store/instance-store.js';
import type { ApprovalTask } from '../store/task-store.js';
import { CurrentCall, type ApprovalCall } from './approval-call.js';
import { ApprovalRequests } from './approval-requests.js';
import { ApprovalRoutes } from './approval-routes.js';
import { callOfTask } from './batch-call.js';
import { knownId } from './known-id.js';
import { LEGACY_TASKS } from './legacy-approvals.js';
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
  type BatchResult,
} from './task.schemas.js';

/** Tasks over HTTP. The fixed paths are declared before `:id`, which matches them too. */
@ApprovalRoutes('approval-tasks', LEGACY_TASKS)
export class TasksController {
  constructor(
    private readonly tasks: TasksService,
    private readonly instances: InstancesService,
    private readonly requests: ApprovalRequests,
  ) {}

  @Get('my-tasks')
  mine(
    @CurrentCall() call: ApprovalCall,
    @Query(new SchemaPipe(myTasksSchema)) query: z.output<typeof myTasksSchema>,
  ): Promise<Page<ApprovalTask>> {
    const filter = { assigneeId: call.caller.userId, status: query.status };
    return this.requests.read(call, (manager) => this.tasks.list(manager, call.caller, filter, query));
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
    const filter = { doneBy: call.caller.userId };
    return this.requests.read(call, (manager) => this.tasks.list(manager, call.caller, filter, query));
  }

  /** Instances of which the caller has a copy. */
  @Get('cc')
  copies(
    @CurrentCall() call: ApprovalCall,
    @Query(new SchemaPipe(pageQuerySchema)) query: PageQuery,
  ): Promise<Page<Instance>> {
    return this.requests.read(call, (manager) => this.instances.list(manager, call.caller, query, 'cc'));
  }

  /** Executes each task in its own transaction, so that a refusal does not undo the others. */
  @Post('batch-process')
  @HttpCode(200)
  async batch(
    @CurrentCall() call: ApprovalCall,
    @Body(new SchemaPipe(batchSchema)) input: z.output<typeof batchSchema>,
  ): Promise<{ readonly results: readonly BatchResult[] }> {
    const results = new Map<string, BatchResult>();
    const command = decision(input.action, input.comment);
    // Every batch uses the same order, so two batches over the same tasks wait for each other instead of deadlocking.
    for (const taskId of [...new Set(input.taskIds)].sort()) {
      try {
        await this.requests.write(callOfTask(call, taskId), 200, async (manager) => {
          await this.tasks.execute(manager, call.caller, taskId, command);
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
  ): Promise<DecidedTask> {
    const { comment, formPatch, picks } = input;
    return this.#execute(call, id, {
      ...decision('approve', comment, formPatch),
      ...(picks === undefined ? {} : { picks: Object.entries(picks).map(([nodeId, users]) => ({ nodeId, users })) }),
    } as TaskCommand);
  }

  @Post(':id/reject')
  @HttpCode(200)
  reject(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(rejectSchema)) input: z.output<typeof rejectSchema>,
  ): Promise<DecidedTask> {
    return this.#execute(call, id, decision('reject', input.comment));
  }

  @Post(':id/process')
  @HttpCode(200)
  process(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(processTaskSchema)) input: z.output<typeof processTaskSchema>,
  ): Promise<DecidedTask> {
    return this.#execute(call, id, decision(input.action, input.comment, input.formPatch));
  }

  @Post(':id/transfer')
  @HttpCode(200)
  transfer(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(transferSchema)) input: z.output<typeof transferSchema>,
  ): Promise<DecidedTask> {
    return this.#execute(call, id, { type: 'transfer', to: input.toUserId, ...withComment(input.comment) });
  }

  @Post(':id/delegate')
  @HttpCode(200)
  delegate(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(delegateSchema)) input: z.output<typeof delegateSchema>,
  ): Promise<DecidedTask> {
    return this.#execute(call, id, { type: 'delegate', to: input.toUserId, ...withComment(input.comment) });
  }

  @Post(':id/resolve')
  @HttpCode(200)
  resolve(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(resolveSchema)) input: z.output<typeof resolveSchema>,
  ): Promise<DecidedTask> {
    return this.#execute(call, id, { type: 'resolve', ...withComment(input.comment) });
  }

  @Post(':id/return')
  @HttpCode(200)
  returnInstance(
    @CurrentCall() call: ApprovalCall,
    @Param('id') id: string,
    @Body(new SchemaPipe(returnSchema)) input: z.output<typeof returnSchema>,
  ): Promise<DecidedTask> {
    return this.#execute(call, id, {
      type: 'return',
      to: input.to,
      ...(input.resume === undefined ? {} : { resume: input.resume }),
      ...withComment(input.comment),
    });
  }

  async #execute(call: ApprovalCall, id: string, command: TaskCommand): Promise<DecidedTask> {
    const taskId = knownId(id, 'task');
    const revision = expectedRevision(call.request);
    const decided = await this.requests.write(call, 200, (manager) =>
      this.tasks.execute(manager, call.caller, taskId, command, revision),
    );
    withTag(call.response, decided.task);
    return decided;
  }
}

function decision(
  type: 'approve' | 'reject',
  comment: string | undefined,
  formPatch?: Readonly<Record<string, unknown>>,
): TaskCommand {
  return {
    type,
    ...withComment(comment),
    ...(type === 'approve' && formPatch !== undefined ? { formPatch } : {}),
  };
}

function withComment(comment: string | undefined): { readonly comment?: string } {
  return comment === undefined || comment === '' ? {} : { comment };
}
