import { approvalSchemas as schemas } from '@nest-herald/approvals';
import { z } from 'zod';
import {
  COMPAT,
  COUNTED,
  IDEMPOTENCY_KEY,
  IF_MATCH,
  PAGED_BY_NUMBER,
  PAGING,
  query,
} from '../description/common-parameters.js';
import type { Operation } from '../description/operation.js';
import { ACTIONS, DECIDED, INSTANCE, TASK, TASK_ID } from './approval-examples.js';
import { CHANGE, idOf, operation, page } from './operation-parts.js';

const TASKS = '/api/v1/approval-tasks';
const taskId = idOf('task', TASK_ID);
/** Commands that the legacy API has. */
const LEGACY_COMMANDS: ReadonlySet<string> = new Set(['process', 'transfer', 'delegate']);

/** A command on a task. */
function command(
  name: string,
  summary: string,
  body: { readonly schema: z.ZodType; readonly example: unknown },
  ...refusals: string[]
): Operation {
  return operation('post', `${TASKS}/{id}/${name}`, `task.${name}`, summary, [schemas.decidedTask, DECIDED], {
    parameters: [taskId, ...(LEGACY_COMMANDS.has(name) ? [COMPAT] : []), IF_MATCH, IDEMPOTENCY_KEY],
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

/** Operations on tasks. */
export const taskOperations: readonly Operation[] = [
  operation(
    'get',
    `${TASKS}/my-tasks`,
    'myTasks',
    'List the tasks of the caller, newest first',
    [schemas.taskPage, page(TASK)],
    {
      parameters: [query('status', 'A status, or `all`. The default is `pending`.'), ...PAGING, ...PAGED_BY_NUMBER],
    },
  ),
  operation(
    'get',
    `${TASKS}/my-tasks/count`,
    'countMyTasks',
    'Count the tasks of the caller',
    [schemas.taskCount, { count: 3 }],
    {
      parameters: [query('status', 'A status, or `all`. The default is `pending`.'), COMPAT],
    },
  ),
  operation(
    'get',
    `${TASKS}/done`,
    'doneTasks',
    'List the tasks that the caller decided',
    [schemas.taskPage, page(TASK)],
    {
      parameters: [...PAGING, ...COUNTED],
    },
  ),
  operation(
    'get',
    `${TASKS}/cc`,
    'copies',
    'List the instances of which the caller has a copy',
    [schemas.instancePage, page(INSTANCE)],
    { parameters: [...PAGING, ...COUNTED] },
  ),
  operation('get', `${TASKS}/{id}`, 'getTask', 'Get a task', [schemas.task, TASK], {
    parameters: [taskId, COMPAT],
    refusals: ['403 forbidden', '404 not_found'],
  }),
  operation(
    'get',
    `${TASKS}/{id}/actions`,
    'taskActions',
    'List what the caller can do with a task',
    [schemas.taskActions, ACTIONS],
    { parameters: [taskId], refusals: ['403 forbidden', '404 not_found'] },
  ),
  command(
    'approve',
    'Approve a task',
    { schema: schemas.approve, example: { comment: 'Agreed' } },
    '403 self_approval',
    '403 field_locked',
    '422 invalid_form',
  ),
  command('reject', 'Reject a task', { schema: schemas.reject, example: { comment: 'Too expensive' } }),
  command('process', 'Approve or reject a task', {
    schema: schemas.processTask,
    example: { action: 'approve', comment: 'Agreed' },
  }),
  command(
    'transfer',
    'Transfer a task to another person',
    { schema: schemas.transfer, example: { toUserId: 'acme.hr', comment: 'You know this better' } },
    '409 already_assigned',
    '422 invalid_assignee',
  ),
  command(
    'delegate',
    'Delegate the preparation of a decision',
    { schema: schemas.delegate, example: { toUserId: 'acme.hr', comment: 'Is the offer complete?' } },
    '409 already_assigned',
    '422 invalid_assignee',
  ),
  command('resolve', 'Resolve a delegated task', {
    schema: schemas.resolve,
    example: { comment: 'It is complete.' },
  }),
  command(
    'return',
    'Return an instance',
    { schema: schemas.return, example: { to: 'START', comment: 'Which desk?' } },
    '409 max_rounds',
    '422 invalid_return',
  ),
  operation(
    'post',
    `${TASKS}/batch-process`,
    'batch',
    'Approve or reject several tasks',
    [schemas.batchAnswer, { results: [{ taskId: TASK_ID, success: true }] }],
    {
      description: 'Each task is a transaction of its own. The answer has the result of each task.',
      parameters: [COMPAT, IDEMPOTENCY_KEY],
      body: { schema: schemas.batch, example: { taskIds: [TASK_ID], action: 'approve' } },
    },
  ),
];
