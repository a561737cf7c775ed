import { approvalSchemas as schemas } from '@nest-herald/approvals';
import { z } from 'zod';
import { COMPAT, IDEMPOTENCY_KEY, IF_MATCH, PAGED_BY_NUMBER, PAGING, query } from '../description/common-parameters.js';
import type { Operation, Parameter } from '../description/operation.js';
import { DIAGRAM, ENTRY, FORM, INSTANCE, INSTANCE_ID, SUMMARY, TASK } from './approval-examples.js';
import { CHANGE, idOf, operation, page, WRITE, type OperationParts } from './operation-parts.js';

const INSTANCES = '/api/v1/process-instances';
const instanceId = idOf('instance', INSTANCE_ID);
const instanceFilters: readonly Parameter[] = [
  query('processId', 'Only instances of this process; also `process_def_id`.'),
  query('code', 'Only instances of the process with this code.'),
  query('status', 'A status, or `pending`: running, returned or suspended.'),
  query('applicantId', 'Only instances of this applicant; also `applicant_id`.'),
  query('businessType', 'Only instances with this business type.'),
  query('businessId', 'Only instances with this business id.'),
  query('from', 'Created at or after this time; also `start_date`.'),
  query('to', 'Created before this time; also `end_date`.'),
  ...PAGING,
  ...PAGED_BY_NUMBER,
];

const START: OperationParts = {
  description: 'Also submits the instance, unless `draft`. Accepts `process_def_id` and `form_data` too.',
  parameters: [COMPAT, IDEMPOTENCY_KEY],
  body: {
    schema: schemas.start,
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

/** Commands that the legacy API has. */
const LEGACY_COMMANDS: ReadonlySet<string> = new Set(['withdraw', 'cancel']);

/** A command on an instance. */
function command(
  name: string,
  summary: string,
  body: { readonly schema: z.ZodType; readonly example: unknown },
  ...refusals: string[]
): Operation {
  return operation('post', `${INSTANCES}/{id}/${name}`, name, summary, [schemas.instance, INSTANCE], {
    parameters: [instanceId, ...(LEGACY_COMMANDS.has(name) ? [COMPAT] : []), IF_MATCH, IDEMPOTENCY_KEY],
    body,
    refusals: ['403 forbidden', '409 instance_closed', '409 invalid_transition', ...refusals, ...CHANGE],
  });
}

const READ: OperationParts = { parameters: [instanceId], refusals: ['403 forbidden', '404 not_found'] };

/** Operations on instances. */
export const instanceOperations: readonly Operation[] = [
  operation('post', INSTANCES, 'start', 'Start an instance', [schemas.instance, INSTANCE, 201], START),
  operation(
    'post',
    `${INSTANCES}/start`,
    'startAlias',
    'Start an instance (alias)',
    [schemas.instance, INSTANCE, 201],
    START,
  ),
  operation(
    'get',
    INSTANCES,
    'listInstances',
    'List the instances that the caller is involved in',
    [schemas.instancePage, page(INSTANCE)],
    {
      description: 'With `approval:manage`: all instances of the tenant.',
      parameters: instanceFilters,
    },
  ),
  operation(
    'get',
    `${INSTANCES}/my-applications`,
    'myApplications',
    'List the instances that the caller applied for',
    [schemas.instancePage, page(INSTANCE)],
    { parameters: instanceFilters },
  ),
  operation(
    'get',
    `${INSTANCES}/stats/summary`,
    'summary',
    'Count the instances that the caller is involved in',
    [schemas.summary, SUMMARY],
    { parameters: [COMPAT] },
  ),
  operation(
    'get',
    `${INSTANCES}/by-business/{type}/{businessId}`,
    'byBusiness',
    'Get the newest instance with a business key',
    [schemas.instance, INSTANCE],
    {
      parameters: [
        {
          name: 'type',
          in: 'path',
          description: 'The business type.',
          schema: z.string(),
          example: 'desk',
        },
        {
          name: 'businessId',
          in: 'path',
          description: 'The business id.',
          schema: z.string(),
          example: '12',
        },
      ],
      refusals: ['403 forbidden', '404 not_found'],
    },
  ),
  operation('get', `${INSTANCES}/{id}`, 'getInstance', 'Get an instance', [schemas.instance, INSTANCE], {
    ...READ,
    parameters: [instanceId, COMPAT],
  }),
  command('submit', 'Submit a draft', { schema: schemas.submit, example: { formData: FORM } }, '422 invalid_form'),
  command('resubmit', 'Submit a returned instance again', {
    schema: schemas.submit,
    example: { formData: FORM, comment: 'Corrected' },
  }),
  command('withdraw', 'Withdraw an instance', { schema: schemas.withdraw, example: { reason: 'No longer needed' } }),
  command('cancel', 'Cancel an instance', { schema: schemas.cancel, example: { reason: 'Ordered twice' } }),
  command('comment', 'Add a comment', { schema: schemas.comment, example: { comment: 'The offer is attached.' } }),
  command('cc', 'Put people on copy', { schema: schemas.cc, example: { users: ['acme.hr'] } }, '422 invalid_assignee'),
  operation(
    'get',
    `${INSTANCES}/{id}/history`,
    'history',
    'Get the history of an instance',
    [schemas.historyPage, page(ENTRY)],
    {
      parameters: [instanceId, ...PAGING],
      refusals: ['403 forbidden', '404 not_found'],
    },
  ),
  operation(
    'get',
    `${INSTANCES}/{id}/tasks`,
    'tasksOfInstance',
    'List the tasks of an instance',
    [schemas.taskPage, page(TASK)],
    READ,
  ),
  operation(
    'get',
    `${INSTANCES}/{id}/diagram`,
    'instanceDiagram',
    'Get the diagram of an instance',
    [schemas.diagram, DIAGRAM],
    READ,
  ),
  operation(
    'get',
    `${INSTANCES}/{id}/verify`,
    'verify',
    'Verify the history of an instance',
    [schemas.historyCheck, { ok: true, rows: 2, lastHash: '5d1f…' }],
    { ...READ, description: 'If the history was changed, the answer names the first changed row and its fault.' },
  ),
];
