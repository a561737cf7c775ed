import {
  actionsSchema,
  approveSchema,
  batchAnswerSchema,
  batchSchema,
  decidedSchema,
  delegateSchema,
  instancePageSchema,
  processTaskSchema,
  rejectSchema,
  resolveSchema,
  returnSchema,
  taskCountSchema,
  taskPageSchema,
  taskSchema,
  transferSchema,
} from '@nest-herald/approvals';
import { z } from 'zod';
import { COMPAT, COUNTED, IDEMPOTENCY_KEY, IF_MATCH, NUMBERED, PAGING, query } from '../common-parameters.js';
import type { Operation } from '../operation.js';
import { ACTIONS, DECIDED, INSTANCE, TASK, TASK_ID } from './approval-examples.js';
import { CHANGE, idOf, operation, page } from './operation-parts.js';

const TASKS = '/api/v1/approval-tasks';
const taskId = idOf('task', TASK_ID);
/** Verbs that the origin has. */
const ORIGIN_VERBS: ReadonlySet<string> = new Set(['process', 'transfer', 'delegate']);

/** A verb of a task. */
function decision(
  name: string,
  summary: string,
  body: { readonly schema: z.ZodType; readonly example: unknown },
  ...refusals: string[]
): Operation {
  return operation('post', `${TASKS}/{id}/${name}`, `task.${name}`, summary, [decidedSchema, DECIDED], {
    parameters: [taskId, ...(ORIGIN_VERBS.has(name) ? [COMPAT] : []), IF_MATCH, IDEMPOTENCY_KEY],
    body,
    refusals: [
      '403 not_assignee',
      '409 already_decided',
      '409 instance_closed',
      '409 instance_suspended',
      ...refusals,
      ...CHANGE,
    ],
  });
}

/** Tasks. */
export const taskOperations: readonly Operation[] = [
  operation('get', `${TASKS}/my-tasks`, 'myTasks', "List one's tasks, newest first", [taskPageSchema, page(TASK)], {
    parameters: [query('status', 'A status, or `all`; `pending` unless given.'), ...PAGING, ...NUMBERED],
  }),
  operation('get', `${TASKS}/my-tasks/count`, 'countMyTasks', "Count one's tasks", [taskCountSchema, { count: 3 }], {
    parameters: [query('status', 'A status, or `all`; `pending` unless given.'), COMPAT],
  }),
  operation('get', `${TASKS}/done`, 'doneTasks', 'List what one has decided', [taskPageSchema, page(TASK)], {
    parameters: [...PAGING, ...COUNTED],
  }),
  operation(
    'get',
    `${TASKS}/cc`,
    'copies',
    'List requests that one was put on copy of',
    [instancePageSchema, page(INSTANCE)],
    { parameters: [...PAGING, ...COUNTED] },
  ),
  operation('get', `${TASKS}/{id}`, 'getTask', 'Get a task', [taskSchema, TASK], {
    parameters: [taskId, COMPAT],
    refusals: ['403 forbidden', '404 not_found'],
  }),
  operation(
    'get',
    `${TASKS}/{id}/actions`,
    'taskActions',
    'See what one may do with a task, and why not',
    [actionsSchema, ACTIONS],
    { parameters: [taskId], refusals: ['403 forbidden', '404 not_found'] },
  ),
  decision(
    'approve',
    'Approve',
    { schema: approveSchema, example: { comment: 'Agreed' } },
    '403 self_approval',
    '403 field_locked',
    '422 invalid_form',
  ),
  decision('reject', 'Reject', { schema: rejectSchema, example: { comment: 'Too expensive' } }),
  decision('process', 'Approve or reject', {
    schema: processTaskSchema,
    example: { action: 'approve', comment: 'Agreed' },
  }),
  decision(
    'transfer',
    'Give a task to somebody else',
    { schema: transferSchema, example: { toUserId: 'acme.hr', comment: 'You know this better' } },
    '409 already_assigned',
    '422 invalid_assignee',
  ),
  decision(
    'delegate',
    'Let somebody else prepare a decision',
    { schema: delegateSchema, example: { toUserId: 'acme.hr', comment: 'Is the offer complete?' } },
    '409 already_assigned',
    '422 invalid_assignee',
  ),
  decision('resolve', 'Give a delegated task back to its owner', {
    schema: resolveSchema,
    example: { comment: 'It is complete.' },
  }),
  decision(
    'return',
    'Give a request back',
    { schema: returnSchema, example: { to: 'START', comment: 'Which desk?' } },
    '409 max_rounds',
    '422 invalid_return',
  ),
  operation(
    'post',
    `${TASKS}/batch-process`,
    'batch',
    'Approve or reject many',
    [batchAnswerSchema, { results: [{ taskId: TASK_ID, success: true }] }],
    {
      description: 'Each in a transaction of its own; the answer has the result of each.',
      parameters: [COMPAT, IDEMPOTENCY_KEY],
      body: { schema: batchSchema, example: { taskIds: [TASK_ID], action: 'approve' } },
    },
  ),
];
