import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpException,
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
import { CurrentPrincipal, type Principal, problemOf, ProblemFilter, SchemaPipe, SseAuthGuard } from '@nest-herald/sse';
import { TenantTransaction } from '@nest-herald/sse/postgres';
import type { EntityManager } from 'typeorm';
import type { z } from 'zod';
import { callerOf, type Caller, type CallingRequest } from '../caller.js';
import type { Instance } from '../instances/instance.schemas.js';
import { ApprovalsService } from '../instances/approvals.service.js';
import { knownId } from '../known-id.js';
import { OriginNames } from '../origin-names.pipe.js';
import type { Page } from '../paging.js';
import { withTag } from '../with-tag.js';
import { requestOfTask } from './batch-request.js';
import {
  approveSchema,
  batchSchema,
  myTasksCountSchema,
  myTasksSchema,
  pageQuerySchema,
  processTaskSchema,
  rejectSchema,
  returnSchema,
  transferSchema,
  type ApprovalTask,
  type BatchInput,
  type BatchResult,
  type ListMyTasks,
  type PageQuery,
  type TaskActions,
} from './task.schemas.js';
import { TasksService, type Decided, type TaskVerb } from './tasks.service.js';

const DECIDE_NAMES = new OriginNames({ form_patch: 'formPatch' });
const TRANSFER_NAMES = new OriginNames({ to_user_id: 'toUserId', transfer_to_id: 'toUserId' });
const BATCH_NAMES = new OriginNames({ task_ids: 'taskIds' });

type Request = WriteRequest & CallingRequest;

/** Tasks over HTTP (api.md §6). Fixed paths stand before `:id`, which would take them. */
@Controller('api/v1/approval-tasks')
@UseGuards(SseAuthGuard)
@UseFilters(ProblemFilter)
export class TasksController {
  constructor(
    @Inject(TasksService) private readonly tasks: TasksService,
    @Inject(ApprovalsService) private readonly instances: ApprovalsService,
    @Inject(TenantTransaction) private readonly transactions: TenantTransaction,
    @Inject(IdempotentRequests) private readonly requests: IdempotentRequests,
  ) {}

  @Get('my-tasks')
  mine(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(myTasksSchema)) query: ListMyTasks,
  ): Promise<Page<ApprovalTask>> {
    return this.#read(principal, (manager, caller) =>
      this.tasks.list(manager, caller, { assigneeId: caller.userId, status: query.status }, query),
    );
  }

  @Get('my-tasks/count')
  async count(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(myTasksCountSchema)) query: z.output<typeof myTasksCountSchema>,
  ): Promise<{ readonly count: number }> {
    return this.#read(principal, async (manager, caller) => ({
      count: await this.tasks.count(manager, caller, query.status),
    }));
  }

  @Get('done')
  done(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(pageQuerySchema)) query: PageQuery,
  ): Promise<Page<ApprovalTask>> {
    return this.#read(principal, (manager, caller) =>
      this.tasks.list(manager, caller, { doneBy: caller.userId }, query),
    );
  }

  /** Requests on which the caller was put on copy. */
  @Get('cc')
  copies(
    @CurrentPrincipal() principal: Principal,
    @Query(new SchemaPipe(pageQuerySchema)) query: PageQuery,
  ): Promise<Page<Instance>> {
    return this.#read(principal, (manager, caller) => this.instances.list(manager, caller, query, 'cc'));
  }

  /** Each task in a transaction of its own: what one of them is refused with does not undo the others. */
  @Post('batch-process')
  @HttpCode(200)
  async batch(
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
    @Body(BATCH_NAMES, new SchemaPipe(batchSchema)) input: BatchInput,
  ): Promise<{ readonly results: readonly BatchResult[] }> {
    const results = new Map<string, BatchResult>();
    const verb = verbOf(input.action, input.comment);
    // In one order for everybody, so that two batches over the same tasks queue up instead of crossing.
    for (const taskId of [...new Set(input.taskIds)].sort()) {
      try {
        await this.requests.answer(principal, requestOfTask(request, taskId), IGNORED, async (manager) => {
          await this.tasks.give(manager, callerOf(principal, request), taskId, verb);
          return { status: 200, body: null };
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
  async get(
    @CurrentPrincipal() principal: Principal,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
  ): Promise<ApprovalTask> {
    const taskId = knownId(id, 'task');
    return withTag(response, await this.#read(principal, (manager, caller) => this.tasks.get(manager, caller, taskId)));
  }

  @Get(':id/actions')
  actions(@CurrentPrincipal() principal: Principal, @Param('id') id: string): Promise<TaskActions> {
    const taskId = knownId(id, 'task');
    return this.#read(principal, (manager, caller) => this.tasks.actions(manager, caller, taskId));
  }

  @Post(':id/approve')
  @HttpCode(200)
  approve(
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
    @Body(DECIDE_NAMES, new SchemaPipe(approveSchema)) input: z.output<typeof approveSchema>,
  ): Promise<Decided> {
    const { comment, formPatch, picks } = input;
    return this.#give(principal, request, response, id, {
      ...verbOf('approve', comment, formPatch),
      ...(picks === undefined ? {} : { picks: Object.entries(picks).map(([nodeId, users]) => ({ nodeId, users })) }),
    } as TaskVerb);
  }

  @Post(':id/reject')
  @HttpCode(200)
  reject(
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
    @Body(new SchemaPipe(rejectSchema)) input: z.output<typeof rejectSchema>,
  ): Promise<Decided> {
    return this.#give(principal, request, response, id, verbOf('reject', input.comment));
  }

  @Post(':id/process')
  @HttpCode(200)
  process(
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
    @Body(DECIDE_NAMES, new SchemaPipe(processTaskSchema)) input: z.output<typeof processTaskSchema>,
  ): Promise<Decided> {
    return this.#give(principal, request, response, id, verbOf(input.action, input.comment, input.formPatch));
  }

  @Post(':id/transfer')
  @HttpCode(200)
  transfer(
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
    @Body(TRANSFER_NAMES, new SchemaPipe(transferSchema)) input: z.output<typeof transferSchema>,
  ): Promise<Decided> {
    return this.#give(principal, request, response, id, {
      type: 'transfer',
      to: input.toUserId,
      ...said(input.comment),
    });
  }

  @Post(':id/return')
  @HttpCode(200)
  giveBack(
    @CurrentPrincipal() principal: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) response: WriteResponse,
    @Param('id') id: string,
    @Body(new SchemaPipe(returnSchema)) input: z.output<typeof returnSchema>,
  ): Promise<Decided> {
    return this.#give(principal, request, response, id, {
      type: 'return',
      to: input.to,
      ...(input.resume === undefined ? {} : { resume: input.resume }),
      ...said(input.comment),
    });
  }

  #read<T>(principal: Principal, work: (manager: EntityManager, caller: Caller) => Promise<T>): Promise<T> {
    return this.transactions.run(principal.tenantId, (manager) => work(manager, callerOf(principal)));
  }

  async #give(
    principal: Principal,
    request: Request,
    response: WriteResponse,
    id: string,
    verb: TaskVerb,
  ): Promise<Decided> {
    const taskId = knownId(id, 'task');
    const revision = expectedRevision(request);
    const body = await this.requests.answer(principal, request, response, async (manager) => ({
      status: 200,
      body: await this.tasks.give(manager, callerOf(principal, request), taskId, verb, revision),
    }));
    const decided = body as Decided;
    withTag(response, decided.task);
    return decided;
  }
}

/** Headers of one task's answer are not the batch's. */
const IGNORED: WriteResponse = { header: () => undefined };

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
