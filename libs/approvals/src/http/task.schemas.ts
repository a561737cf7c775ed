import { isIdentifier } from '@nest-herald/platform';
import { z } from 'zod';
import { INSTANCE_STATUSES, TASK_STATUSES } from '../engine/instance/instance-state.js';
import { commentField, formField, instanceSchema } from './instance.schemas.js';
import { idField } from './known-id.js';
import { pageOf, pagingFields } from '@nest-herald/platform/http';

const person = z.string().refine(isIdentifier, 'must be 1 to 128 characters out of A-Z a-z 0-9 _ . @ | -');

/** A task as it is answered (api.md §6). */
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
    /** Groups of which anybody may take the task; none while every task has an assignee. */
    candidates: z.array(z.string()),
    action: z.string().nullable(),
    /** Who ended it. */
    by: z.string().nullable(),
    comment: z.string().nullable(),
    dueAt: z.iso.datetime().nullable(),
    decidedAt: z.iso.datetime().nullable(),
    revision: z.number().int(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'ApprovalTask' });

/** Answer of every verb of a task. */
export const decidedSchema = z.object({ task: taskSchema, instance: instanceSchema }).meta({ id: 'DecidedTask' });

const picksField = z.record(z.string().max(50), z.array(person).min(1).max(20)).optional();

export const approveSchema = z
  .strictObject({ comment: commentField, formPatch: formField.optional(), picks: picksField })
  .default({})
  .meta({ id: 'ApproveTask' });
export const rejectSchema = z.strictObject({ comment: commentField }).default({}).meta({ id: 'RejectTask' });
export const processTaskSchema = z
  .strictObject({ action: z.enum(['approve', 'reject']), comment: commentField, formPatch: formField.optional() })
  .meta({ id: 'ProcessTask' });
export const transferSchema = z.strictObject({ toUserId: person, comment: commentField }).meta({ id: 'TransferTask' });
export const delegateSchema = z.strictObject({ toUserId: person, comment: commentField }).meta({ id: 'DelegateTask' });
export const resolveSchema = z.strictObject({ comment: commentField }).default({}).meta({ id: 'ResolveTask' });
export const returnSchema = z
  .strictObject({
    /** `START`: to the applicant; or the id of an approved node before this one. */
    to: z.string().min(1).max(50).default('START'),
    resume: z.enum(['restart', 'jump_back']).optional(),
    comment: commentField,
  })
  .default({ to: 'START' })
  .meta({ id: 'ReturnTask' });
export const batchSchema = z
  .strictObject({
    taskIds: z.array(idField).min(1).max(200),
    action: z.enum(['approve', 'reject']),
    comment: commentField,
  })
  .meta({ id: 'ProcessTasks' });
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

/** Query of `GET /approval-tasks/my-tasks`. */
export const myTasksSchema = z.strictObject({
  status: z.enum([...TASK_STATUSES, 'all']).default('pending'),
  ...pagingFields,
});
export const pageQuerySchema = z.strictObject(pagingFields);
export const myTasksCountSchema = z.strictObject({ status: z.enum([...TASK_STATUSES, 'all']).default('pending') });
export const taskPageSchema = pageOf(taskSchema, 'ApprovalTaskPage');
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

export type ApprovalTask = z.output<typeof taskSchema>;
export type ListMyTasks = z.output<typeof myTasksSchema>;
export type PageQuery = z.output<typeof pageQuerySchema>;
export type TaskActions = z.output<typeof actionsSchema>;
export type BatchInput = z.output<typeof batchSchema>;
export type BatchResult = z.output<typeof batchAnswerSchema>['results'][number];
