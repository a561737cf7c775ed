import {
  cancelSchema,
  ccSchema,
  commentSchema,
  diagramSchema,
  historyPageSchema,
  instancePageSchema,
  instanceSchema,
  startSchema,
  submitSchema,
  summarySchema,
  taskPageSchema,
  verifySchema,
  withdrawSchema,
} from '@nest-herald/approvals';
import { z } from 'zod';
import { COMPAT, IDEMPOTENCY_KEY, IF_MATCH, NUMBERED, PAGING, query } from '../common-parameters.js';
import type { Operation, Parameter } from '../operation.js';
import { DIAGRAM, ENTRY, FORM, INSTANCE, INSTANCE_ID, SUMMARY, TASK } from './approval-examples.js';
import { CHANGE, idOf, operation, page, WRITE, type Made } from './operation-parts.js';

const INSTANCES = '/api/v1/process-instances';
const instanceId = idOf('request', INSTANCE_ID);
const instanceFilters: readonly Parameter[] = [
  query('processId', 'Only requests of this process; also `process_def_id`.'),
  query('code', 'Only requests of the process with this code.'),
  query('status', 'A status, or `pending`: running, returned or suspended.'),
  query('applicantId', 'Only requests of this person; also `applicant_id`.'),
  query('businessType', 'Only requests for this kind of thing.'),
  query('businessId', 'Only requests for this thing.'),
  query('from', 'Made at or after; also `start_date`.'),
  query('to', 'Made before; also `end_date`.'),
  ...PAGING,
  ...NUMBERED,
];

const START: Made = {
  description: 'And submits it, unless `draft`. Also accepts `process_def_id` and `form_data`.',
  parameters: [COMPAT, IDEMPOTENCY_KEY],
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

/** Verbs that the origin has. */
const ORIGIN_VERBS: ReadonlySet<string> = new Set(['withdraw', 'cancel']);

/** A verb of a request. */
function verb(
  name: string,
  summary: string,
  body: { readonly schema: z.ZodType; readonly example: unknown },
  ...refusals: string[]
): Operation {
  return operation('post', `${INSTANCES}/{id}/${name}`, name, summary, [instanceSchema, INSTANCE], {
    parameters: [instanceId, ...(ORIGIN_VERBS.has(name) ? [COMPAT] : []), IF_MATCH, IDEMPOTENCY_KEY],
    body,
    refusals: ['403 forbidden', '409 instance_closed', '409 invalid_transition', ...refusals, ...CHANGE],
  });
}

const READ: Made = { parameters: [instanceId], refusals: ['403 forbidden', '404 not_found'] };

/** Requests. */
export const instanceOperations: readonly Operation[] = [
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
  operation(
    'get',
    `${INSTANCES}/stats/summary`,
    'summary',
    'Count requests that concern one',
    [summarySchema, SUMMARY],
    { parameters: [COMPAT] },
  ),
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
  operation('get', `${INSTANCES}/{id}`, 'getInstance', 'Get a request', [instanceSchema, INSTANCE], {
    ...READ,
    parameters: [instanceId, COMPAT],
  }),
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
    parameters: [instanceId, ...PAGING],
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
