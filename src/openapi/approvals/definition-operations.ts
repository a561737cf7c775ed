import { approvalSchemas as schemas } from '@nest-herald/approvals';
import { z } from 'zod';
import { COMPAT, IDEMPOTENCY_KEY, IF_MATCH, PAGED_BY_NUMBER, PAGING, query } from '../description/common-parameters.js';
import type { Operation, Parameter } from '../description/operation.js';
import {
  DEFINITION,
  DIAGRAM,
  FORM,
  PROCESS,
  PROCESS_ID,
  PROCESS_WITH_DRAWING,
  SIMULATION,
  STATS,
  VERSION,
  VERSION_WITH_DRAWING,
} from './approval-examples.js';
import { CHANGE, idOf, operation, page, WRITE } from './operation-parts.js';

const PROCESSES = '/api/v1/processes';
const DEFINE = { permission: 'approval:define' } as const;
const processId = idOf('process', PROCESS_ID);
const version: Parameter = {
  name: 'version',
  in: 'path',
  description: 'Number of the version.',
  schema: z.number().int(),
  example: 1,
};

/** Processes and their versions. */
export const definitionOperations: readonly Operation[] = [
  operation('post', PROCESSES, 'createProcess', 'Define a process', [schemas.process, PROCESS, 201], {
    description:
      'The process is published at once, unless `publish` is false. One answer names all faults with their paths.',
    access: DEFINE,
    parameters: [COMPAT, IDEMPOTENCY_KEY],
    body: { schema: schemas.define, example: DEFINITION },
    refusals: ['409 code_taken', '422 invalid_definition', ...WRITE],
  }),
  operation('get', PROCESSES, 'listProcesses', 'List processes', [schemas.processPage, page(PROCESS)], {
    description: 'Callers with `approval:define` also get disabled and unpublished processes.',
    parameters: [
      query('category', 'Only processes of this category.'),
      query('code', 'Only the process with this code.'),
      query('enabled', 'Only enabled processes, or only disabled ones.', z.boolean()),
      ...PAGING,
      ...PAGED_BY_NUMBER,
    ],
  }),
  operation(
    'get',
    `${PROCESSES}/{id}`,
    'getProcess',
    'Get a process with its drawing',
    [schemas.processWithDrawing, PROCESS_WITH_DRAWING],
    { parameters: [processId, COMPAT], refusals: ['404 not_found'] },
  ),
  operation('put', `${PROCESSES}/{id}`, 'replaceProcess', 'Change a process', [schemas.process, PROCESS], {
    description: 'Adds a version. Existing instances keep the version with which they started.',
    access: DEFINE,
    parameters: [processId, COMPAT, IF_MATCH, IDEMPOTENCY_KEY],
    body: { schema: schemas.define, example: DEFINITION },
    refusals: ['422 invalid_definition', ...CHANGE],
  }),
  {
    method: 'delete',
    path: `${PROCESSES}/{id}`,
    id: 'approvals.deleteProcess',
    summary: 'Delete a process',
    description: 'Refused while an instance has not ended. Ended instances stay readable.',
    access: DEFINE,
    parameters: [processId, COMPAT, IF_MATCH, IDEMPOTENCY_KEY],
    answers: { 204: { description: 'The process is deleted.' } },
    refusals: ['409 has_active_instances', ...CHANGE],
  },
  operation('patch', `${PROCESSES}/{id}/enable`, 'enableProcess', 'Enable a process', [schemas.process, PROCESS], {
    access: DEFINE,
    parameters: [processId, COMPAT, IDEMPOTENCY_KEY],
    refusals: ['404 not_found', ...WRITE],
  }),
  operation('patch', `${PROCESSES}/{id}/disable`, 'disableProcess', 'Disable a process', [schemas.process, PROCESS], {
    access: DEFINE,
    parameters: [processId, COMPAT, IDEMPOTENCY_KEY],
    refusals: ['404 not_found', ...WRITE],
  }),
  operation(
    'post',
    `${PROCESSES}/{id}/versions`,
    'addVersion',
    'Add a version as a draft',
    [schemas.version, VERSION, 201],
    {
      access: DEFINE,
      parameters: [processId, IDEMPOTENCY_KEY],
      body: { schema: schemas.define, example: { ...DEFINITION, publish: false } },
      refusals: ['404 not_found', '422 invalid_definition', ...WRITE],
    },
  ),
  operation(
    'get',
    `${PROCESSES}/{id}/versions`,
    'listVersions',
    'List versions, newest first',
    [schemas.versionPage, page(VERSION)],
    { access: DEFINE, parameters: [processId, ...PAGING], refusals: ['404 not_found'] },
  ),
  operation(
    'get',
    `${PROCESSES}/{id}/versions/{version}`,
    'getVersion',
    'Get a version with its drawing',
    [schemas.versionWithDrawing, VERSION_WITH_DRAWING],
    { access: DEFINE, parameters: [processId, version], refusals: ['404 not_found'] },
  ),
  operation(
    'post',
    `${PROCESSES}/{id}/versions/{version}/publish`,
    'publishVersion',
    'Publish a version',
    [schemas.process, PROCESS],
    {
      description: 'New instances start with this version. A published version never changes.',
      access: DEFINE,
      parameters: [processId, version, IF_MATCH, IDEMPOTENCY_KEY],
      refusals: ['409 version_published', ...CHANGE],
    },
  ),
  operation('post', `${PROCESSES}/{id}/simulate`, 'simulate', 'Simulate a form', [schemas.simulation, SIMULATION], {
    description: 'The engine runs the process with all assignees approving. Nothing is written.',
    parameters: [processId],
    body: { schema: schemas.simulate, example: { formData: FORM } },
    refusals: ['404 not_found', '422 invalid_form', '422 path_unresolvable'],
  }),
  operation(
    'get',
    `${PROCESSES}/{id}/diagram`,
    'processDiagram',
    'Get the diagram of a process',
    [schemas.diagram, DIAGRAM],
    {
      parameters: [processId],
      refusals: ['404 not_found'],
    },
  ),
  operation(
    'get',
    `${PROCESSES}/{id}/stats`,
    'processStats',
    'Get the statistics of a process',
    [schemas.statistics, STATS],
    {
      access: { permission: 'approval:manage' },
      parameters: [processId, COMPAT],
      refusals: ['404 not_found'],
    },
  ),
];
