import { idField, pageOf, pagingFields } from '@nest-herald/platform/http';
import { z } from 'zod';
import type { DecidedTask } from '../application/tasks.service.js';
import { INSTANCE_STATUSES, TASK_STATUSES } from '../engine/instance/instance-state.js';
import type { ApprovalTask } from '../store/task-store.js';
import { commentField, formField, instanceSchema, personField } from './instance.schemas.js';

/** A task as the API returns it. */
export const taskSchema = z
  .object({
    id: z.uuid(),
    instanceId: z.uuid(),
    title: z.string(),
    code: z.string(),
    applicantId: z.string(),
    applicantName: z.string(),
    instanceStatus: z.enum(INSTANCE_STATUSES),
    nodeId: z.string(),
    nodeName: z.string(),
    status: z.enum(TASK_STATUSES),
    mode: z.string(),
    origin: z.string(),
    assigneeId: z.string(),
    assigneeName: z.string(),
    onBehalfOf: z.string().nullable(),
    /** Groups whose members can claim the task; empty while every task has an assignee. */
    candidates: z.array(z.string()),
    action: z.string().nullable(),
    /** Who ended the task. */
    by: z.string().nullable(),
    comment: z.string().nullable(),
    dueAt: z.iso.datetime().nullable(),
    decidedAt: z.iso.datetime().nullable(),
    revision: z.number().int(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'ApprovalTask' }) satisfies z.ZodType<ApprovalTask>;

/** Answer of the commands on a task. */
export const decidedSchema = z
  .object({ task: taskSchema, instance: instanceSchema })
  .meta({ id: 'DecidedTask' }) satisfies z.ZodType<DecidedTask>;

const picksField = z.record(z.string().max(50), z.array(personField).min(1).max(20)).optional();

/** Body of `approve`. */
export const approveSchema = z
  .strictObject({ comment: commentField, formPatch: formField.optional(), picks: picksField })
  .default({})
  .meta({ id: 'ApproveTask' });
/** Body of `reject`. */
export const rejectSchema = z.strictObject({ comment: commentField }).default({}).meta({ id: 'RejectTask' });
/** Body of `process`. */
export const processTaskSchema = z
  .strictObject({ action: z.enum(['approve', 'reject']), comment: commentField, formPatch: formField.optional() })
  .meta({ id: 'ProcessTask' });
/** Body of `transfer`. */
export const transferSchema = z
  .strictObject({ toUserId: personField, comment: commentField })
  .meta({ id: 'TransferTask' });
/** Body of `delegate`. */
export const delegateSchema = z
  .strictObject({ toUserId: personField, comment: commentField })
  .meta({ id: 'DelegateTask' });
/** Body of `resolve`. */
export const resolveSchema = z.strictObject({ comment: commentField }).default({}).meta({ id: 'ResolveTask' });
/** Body of `return`. */
export const returnSchema = z
  .strictObject({
    /** `START`: to the applicant; or the id of an approved node before this one. */
    to: z.string().min(1).max(50).default('START'),
    resume: z.enum(['restart', 'jump_back']).optional(),
    comment: commentField,
  })
  .default({ to: 'START' })
  .meta({ id: 'ReturnTask' });
/** Body of `batch-process`. */
export const batchSchema = z
  .strictObject({
    taskIds: z.array(idField).min(1).max(200),
    action: z.enum(['approve', 'reject']),
    comment: commentField,
  })
  .meta({ id: 'ProcessTasks' });
/** Answer of `batch-process`. */
export const batchAnswerSchema = z
  .object({
    results: z.array(
      z.object({
        taskId: z.string(),
        success: z.boolean(),
        code: z.string().optional(),
        error: z.string().optional(),
      }),
    ),
  })
  .meta({ id: 'ProcessedTasks' });

const statusField = z.enum([...TASK_STATUSES, 'all']).default('pending');
/** Query of `GET /approval-tasks/my-tasks`. */
export const myTasksSchema = z.strictObject({ status: statusField, ...pagingFields });
/** Query of `GET /approval-tasks/my-tasks/count`. */
export const myTasksCountSchema = z.strictObject({ status: statusField });
/** Query of the lists without filters. */
export const pageQuerySchema = z.strictObject(pagingFields);
/** A page of tasks. */
export const taskPageSchema = pageOf(taskSchema, 'ApprovalTaskPage');
/** Answer of `GET /approval-tasks/my-tasks/count`. */
export const taskCountSchema = z.object({ count: z.number().int() }).meta({ id: 'ApprovalTaskCount' });

/** Answer of `GET /approval-tasks/:id/actions`. */
export const actionsSchema = z
  .object({
    taskId: z.uuid(),
    revision: z.number().int(),
    actions: z.array(
      z.object({
        action: z.enum(['approve', 'reject', 'transfer', 'delegate', 'resolve', 'return']),
        allowed: z.boolean(),
        /** Why not. */
        code: z.string().optional(),
        reason: z.string().optional(),
      }),
    ),
    /** Nodes to which it can be returned besides `START`. */
    returnTo: z.array(z.object({ id: z.string(), name: z.string() })),
    editableFields: z.array(z.string()),
  })
  .meta({ id: 'ApprovalTaskActions' });

/** The result of one task of a batch. */
export type BatchResult = z.output<typeof batchAnswerSchema>['results'][number];
