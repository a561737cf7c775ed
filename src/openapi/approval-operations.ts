import {
  actionsSchema,
  approveSchema,
  batchAnswerSchema,
  batchSchema,
  cancelSchema,
  ccSchema,
  commentSchema,
  decidedSchema,
  defineSchema,
  diagramSchema,
  historyPageSchema,
  instancePageSchema,
  instanceSchema,
  processPageSchema,
  processSchema,
  processTaskSchema,
  processWithGraphSchema,
  rejectSchema,
  returnSchema,
  simulateSchema,
  simulationSchema,
  startSchema,
  statsSchema,
  submitSchema,
  summarySchema,
  taskCountSchema,
  taskPageSchema,
  taskSchema,
  transferSchema,
  verifySchema,
  versionPageSchema,
  versionSchema,
  versionWithGraphSchema,
  withdrawSchema,
} from '@nest-herald/approvals';
import { z } from 'zod';
import {
  ACTIONS,
  DECIDED,
  DEFINITION,
  DIAGRAM,
  ENTRY,
  FORM,
  INSTANCE,
  INSTANCE_ID,
  PROCESS,
  PROCESS_ID,
  PROCESS_WITH_DRAWING,
  SIMULATION,
  STATS,
  SUMMARY,
  TASK,
  TASK_ID,
  VERSION,
  VERSION_WITH_DRAWING,
} from './approval-examples.js';
import type { Operation, OperationGroup, Parameter } from './operation.js';

const PROCESSES = '/api/v1/processes';
const INSTANCES = '/api/v1/process-instances';
const TASKS = '/api/v1/approval-tasks';

const idOf = (what: string, example: string): Parameter => ({
  name: 'id',
  in: 'path',
  description: `The ${what}'s id; another tenant's is as unknown as any other.`,
  schema: z.string(),
  example,
});
const processId = idOf('process', PROCESS_ID);
const instanceId = idOf('request', INSTANCE_ID);
const taskId = idOf('task', TASK_ID);
const version: Parameter = {
  name: 'version',
  in: 'path',
  description: 'Number of the version.',
  schema: z.number().int(),
  example: 1,
};
const idempotencyKey: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description: 'Makes a repeated request the same request for 24 hours.',
  schema: z.string().max(255),
  example: 'order-4711-submitted',
};
const ifMatch: Parameter = {
  name: 'If-Match',
  in: 'header',
  description: 'The ETag that the change is based on; a stale one is 412.',
  schema: z.string(),
  example: '"1"',
};
const query = (name: string, description: string, schema: z.ZodType = z.string()): Parameter => ({
  name,
  in: 'query',
  description,
  schema,
});
const paging: readonly Parameter[] = [
  query('limit', 'Items per page, 1 to 100; 20 unless given.', z.number().int()),
  query('cursor', '`nextCursor` of the page before.'),
];
const offset = query('offset', 'Items to pass over, for clients that page by number.', z.number().int());
const instanceFilters: readonly Parameter[] = [
  query('processId', 'Only requests of this process; also `process_def_id`.'),
  query('code', 'Only requests of the process with this code.'),
  query('status', 'A status, or `pending`: running, returned or suspended.'),
  query('applicantId', 'Only requests of this person; also `applicant_id`.'),
  query('businessType', 'Only requests for this kind of thing.'),
  query('businessId', 'Only requests for this thing.'),
  query('from', 'Made at or after; also `start_date`.'),
  query('to', 'Made before; also `end_date`.'),
  ...paging,
  offset,
];

const WRITE = ['409 idempotency_in_progress', '422 idempotency_mismatch', '503 busy'];
const CHANGE = ['404 not_found', '412 precondition_failed', ...WRITE];
const DEFINE = { permission: 'approval:define' } as const;
const page = (item: unknown) => ({ items: [item], nextCursor: null, hasMore: false });

type Made = Omit<Operation, 'method' | 'path' | 'id' | 'summary' | 'answers' | 'access'>;
type Answer = readonly [schema: z.ZodType, example: unknown, status?: number];

function operation(
  method: Operation['method'],
  path: string,
  id: string,
  summary: string,
  [schema, example, status = 200]: Answer,
  more: Made & { readonly access?: Operation['access'] } = {},
): Operation {
  return {
    access: 'token',
    ...more,
    method,
    path,
    id: `approvals.${id}`,
    summary,
    answers: { [status]: { description: summary, schema, example } },
  };
}

const definitions: readonly Operation[] = [
  operation('post', PROCESSES, 'createProcess', 'Define a process', [processSchema, PROCESS, 201], {
    description:
      'Published at once unless `publish` is false. Every fault of the drawing is named, with its path, in one answer.',
    access: DEFINE,
    parameters: [idempotencyKey],
    body: { schema: defineSchema, example: DEFINITION },
    refusals: ['409 code_taken', '422 invalid_definition', ...WRITE],
  }),
  operation('get', PROCESSES, 'listProcesses', 'List processes', [processPageSchema, page(PROCESS)], {
    description: 'Disabled and unpublished ones are shown to those who may define processes.',
    parameters: [
      query('category', 'Only this category.'),
      query('code', 'Only the process with this code.'),
      query('enabled', 'Only enabled ones, or only disabled ones.', z.boolean()),
      ...paging,
      offset,
    ],
  }),
  operation(
    'get',
    `${PROCESSES}/{id}`,
    'getProcess',
    'Get a process with its drawing',
    [processWithGraphSchema, PROCESS_WITH_DRAWING],
    { parameters: [processId], refusals: ['404 not_found'] },
  ),
  operation('put', `${PROCESSES}/{id}`, 'replaceProcess', 'Change a process', [processSchema, PROCESS], {
    description: 'Makes a new version; requests under way go on with the version that they began with.',
    access: DEFINE,
    parameters: [processId, ifMatch, idempotencyKey],
    body: { schema: defineSchema, example: DEFINITION },
    refusals: ['422 invalid_definition', ...CHANGE],
  }),
  {
    method: 'delete',
    path: `${PROCESSES}/{id}`,
    id: 'approvals.deleteProcess',
    summary: 'Delete a process',
    description: 'Only while no request of it is under way; what was decided stays readable.',
    access: DEFINE,
    parameters: [processId, ifMatch, idempotencyKey],
    answers: { 204: { description: 'It is in no list any more.' } },
    refusals: ['409 has_active_instances', ...CHANGE],
  },
  operation('patch', `${PROCESSES}/{id}/enable`, 'enableProcess', 'Let new requests begin', [processSchema, PROCESS], {
    access: DEFINE,
    parameters: [processId, idempotencyKey],
    refusals: ['404 not_found', ...WRITE],
  }),
  operation(
    'patch',
    `${PROCESSES}/{id}/disable`,
    'disableProcess',
    'Let no new requests begin',
    [processSchema, PROCESS],
    { access: DEFINE, parameters: [processId, idempotencyKey], refusals: ['404 not_found', ...WRITE] },
  ),
  operation(
    'post',
    `${PROCESSES}/{id}/versions`,
    'addVersion',
    'Add a version as a draft',
    [versionSchema, VERSION, 201],
    {
      access: DEFINE,
      parameters: [processId, idempotencyKey],
      body: { schema: defineSchema, example: { ...DEFINITION, publish: false } },
      refusals: ['404 not_found', '422 invalid_definition', ...WRITE],
    },
  ),
  operation(
    'get',
    `${PROCESSES}/{id}/versions`,
    'listVersions',
    'List versions, newest first',
    [versionPageSchema, page(VERSION)],
    { access: DEFINE, parameters: [processId, ...paging], refusals: ['404 not_found'] },
  ),
  operation(
    'get',
    `${PROCESSES}/{id}/versions/{version}`,
    'getVersion',
    'Get a version with its drawing',
    [versionWithGraphSchema, VERSION_WITH_DRAWING],
    { access: DEFINE, parameters: [processId, version], refusals: ['404 not_found'] },
  ),
  operation(
    'post',
    `${PROCESSES}/{id}/versions/{version}/publish`,
    'publishVersion',
    'Publish a version',
    [processSchema, PROCESS],
    {
      description: 'New requests begin with it. What was published once never changes.',
      access: DEFINE,
      parameters: [processId, version, ifMatch, idempotencyKey],
      refusals: ['409 version_published', ...CHANGE],
    },
  ),
  operation(
    'post',
    `${PROCESSES}/{id}/simulate`,
    'simulate',
    'See which way a form would go',
    [simulationSchema, SIMULATION],
    {
      description: 'The engine itself goes the way with everybody approving; nothing is written.',
      parameters: [processId],
      body: { schema: simulateSchema, example: { formData: FORM } },
      refusals: ['404 not_found', '422 invalid_form', '422 path_unresolvable'],
    },
  ),
  operation('get', `${PROCESSES}/{id}/diagram`, 'processDiagram', 'Draw a process', [diagramSchema, DIAGRAM], {
    parameters: [processId],
    refusals: ['404 not_found'],
  }),
  operation('get', `${PROCESSES}/{id}/stats`, 'processStats', 'Count how requests went', [statsSchema, STATS], {
    access: { permission: 'approval:manage' },
    parameters: [processId],
    refusals: ['404 not_found'],
  }),
];

const START: Made = {
  description: 'And submits it, unless `draft`. Also accepts `process_def_id` and `form_data`.',
  parameters: [idempotencyKey],
  body: {
    schema: startSchema,
    example: { code: 'desk-request', title: INSTANCE.title, formData: FORM },
  },
  refusals: [
    '404 not_found',
    '409 process_disabled',
    '409 business_in_progress',
    '422 invalid_form',
    '422 path_unresolvable',
    ...WRITE,
  ],
};

/** A verb of a request. */
function verb(
  name: string,
  summary: string,
  body: { readonly schema: z.ZodType; readonly example: unknown },
  ...refusals: string[]
): Operation {
  return operation('post', `${INSTANCES}/{id}/${name}`, name, summary, [instanceSchema, INSTANCE], {
    parameters: [instanceId, ifMatch, idempotencyKey],
    body,
    refusals: ['403 forbidden', '409 instance_closed', '409 invalid_transition', ...refusals, ...CHANGE],
  });
}

const READ: Made = { parameters: [instanceId], refusals: ['403 forbidden', '404 not_found'] };

const instances: readonly Operation[] = [
  operation('post', INSTANCES, 'start', 'Make a request', [instanceSchema, INSTANCE, 201], START),
  operation('post', `${INSTANCES}/start`, 'startAlias', 'The same', [instanceSchema, INSTANCE, 201], START),
  operation('get', INSTANCES, 'listInstances', 'List requests that concern one', [instancePageSchema, page(INSTANCE)], {
    description: 'All of the tenant with `approval:manage`.',
    parameters: instanceFilters,
  }),
  operation(
    'get',
    `${INSTANCES}/my-applications`,
    'myApplications',
    "List one's own requests",
    [instancePageSchema, page(INSTANCE)],
    { parameters: instanceFilters },
  ),
  operation('get', `${INSTANCES}/stats/summary`, 'summary', 'Count requests that concern one', [
    summarySchema,
    SUMMARY,
  ]),
  operation(
    'get',
    `${INSTANCES}/by-business/{type}/{businessId}`,
    'byBusiness',
    'Get the newest request for a thing',
    [instanceSchema, INSTANCE],
    {
      parameters: [
        {
          name: 'type',
          in: 'path',
          description: 'Kind of the thing.',
          schema: z.string(),
          example: 'desk',
        },
        {
          name: 'businessId',
          in: 'path',
          description: 'Its id.',
          schema: z.string(),
          example: '12',
        },
      ],
      refusals: ['403 forbidden', '404 not_found'],
    },
  ),
  operation('get', `${INSTANCES}/{id}`, 'getInstance', 'Get a request', [instanceSchema, INSTANCE], READ),
  verb('submit', 'Submit a draft', { schema: submitSchema, example: { formData: FORM } }, '422 invalid_form'),
  verb('resubmit', 'Submit again what was returned', {
    schema: submitSchema,
    example: { formData: FORM, comment: 'Corrected' },
  }),
  verb('withdraw', "Take one's request back", { schema: withdrawSchema, example: { reason: 'Not needed any more' } }),
  verb('cancel', 'End a request', { schema: cancelSchema, example: { reason: 'Ordered twice' } }),
  verb('comment', 'Say something', { schema: commentSchema, example: { comment: 'The offer is attached.' } }),
  verb('cc', 'Let others read along', { schema: ccSchema, example: { users: ['acme.hr'] } }, '422 invalid_assignee'),
  operation('get', `${INSTANCES}/{id}/history`, 'history', 'See what was done', [historyPageSchema, page(ENTRY)], {
    parameters: [instanceId, ...paging],
    refusals: ['403 forbidden', '404 not_found'],
  }),
  operation(
    'get',
    `${INSTANCES}/{id}/tasks`,
    'tasksOfInstance',
    'List the tasks of a request',
    [taskPageSchema, page(TASK)],
    READ,
  ),
  operation(
    'get',
    `${INSTANCES}/{id}/diagram`,
    'instanceDiagram',
    'Draw a request and its way',
    [diagramSchema, DIAGRAM],
    READ,
  ),
  operation(
    'get',
    `${INSTANCES}/{id}/verify`,
    'verify',
    'Check that the history is as it was written',
    [verifySchema, { ok: true, rows: 2, lastHash: '5d1f…' }],
    { ...READ, description: 'Otherwise the first row that is not, and what is wrong with it.' },
  ),
];

/** A verb of a task. */
function decision(
  name: string,
  summary: string,
  body: { readonly schema: z.ZodType; readonly example: unknown },
  ...refusals: string[]
): Operation {
  return operation('post', `${TASKS}/{id}/${name}`, `task.${name}`, summary, [decidedSchema, DECIDED], {
    parameters: [taskId, ifMatch, idempotencyKey],
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

const tasks: readonly Operation[] = [
  operation('get', `${TASKS}/my-tasks`, 'myTasks', "List one's tasks, newest first", [taskPageSchema, page(TASK)], {
    parameters: [query('status', 'A status, or `all`; `pending` unless given.'), ...paging, offset],
  }),
  operation('get', `${TASKS}/my-tasks/count`, 'countMyTasks', "Count one's tasks", [taskCountSchema, { count: 3 }], {
    parameters: [query('status', 'A status, or `all`; `pending` unless given.')],
  }),
  operation('get', `${TASKS}/done`, 'doneTasks', 'List what one has decided', [taskPageSchema, page(TASK)], {
    parameters: [...paging, offset],
  }),
  operation(
    'get',
    `${TASKS}/cc`,
    'copies',
    'List requests that one was put on copy of',
    [instancePageSchema, page(INSTANCE)],
    { parameters: [...paging, offset] },
  ),
  operation('get', `${TASKS}/{id}`, 'getTask', 'Get a task', [taskSchema, TASK], {
    parameters: [taskId],
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
      parameters: [idempotencyKey],
      body: { schema: batchSchema, example: { taskIds: [TASK_ID], action: 'approve' } },
    },
  ),
];

/** Approvals (api.md §6). */
export const approvalOperations: OperationGroup = {
  tag: 'Approvals',
  description:
    'Processes as versioned drawings, requests that go through them, and the tasks of those who decide. Every step is one transaction with its history, notifications and events.',
  operations: [...definitions, ...instances, ...tasks],
};
