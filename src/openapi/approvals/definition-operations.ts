import {
  defineSchema,
  diagramSchema,
  processPageSchema,
  processSchema,
  processWithGraphSchema,
  simulateSchema,
  simulationSchema,
  statsSchema,
  versionPageSchema,
  versionSchema,
  versionWithGraphSchema,
} from '@nest-herald/approvals';
import { z } from 'zod';
import { COMPAT, IDEMPOTENCY_KEY, IF_MATCH, NUMBERED, PAGING, query } from '../common-parameters.js';
import type { Operation, Parameter } from '../operation.js';
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
  operation('post', PROCESSES, 'createProcess', 'Define a process', [processSchema, PROCESS, 201], {
    description:
      'Published at once unless `publish` is false. Every fault of the drawing is named, with its path, in one answer.',
    access: DEFINE,
    parameters: [COMPAT, IDEMPOTENCY_KEY],
    body: { schema: defineSchema, example: DEFINITION },
    refusals: ['409 code_taken', '422 invalid_definition', ...WRITE],
  }),
  operation('get', PROCESSES, 'listProcesses', 'List processes', [processPageSchema, page(PROCESS)], {
    description: 'Disabled and unpublished ones are shown to those who may define processes.',
    parameters: [
      query('category', 'Only this category.'),
      query('code', 'Only the process with this code.'),
      query('enabled', 'Only enabled ones, or only disabled ones.', z.boolean()),
      ...PAGING,
      ...NUMBERED,
    ],
  }),
  operation(
    'get',
    `${PROCESSES}/{id}`,
    'getProcess',
    'Get a process with its drawing',
    [processWithGraphSchema, PROCESS_WITH_DRAWING],
    { parameters: [processId, COMPAT], refusals: ['404 not_found'] },
  ),
  operation('put', `${PROCESSES}/{id}`, 'replaceProcess', 'Change a process', [processSchema, PROCESS], {
    description: 'Makes a new version; requests under way go on with the version that they began with.',
    access: DEFINE,
    parameters: [processId, COMPAT, IF_MATCH, IDEMPOTENCY_KEY],
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
    parameters: [processId, COMPAT, IF_MATCH, IDEMPOTENCY_KEY],
    answers: { 204: { description: 'It is in no list any more.' } },
    refusals: ['409 has_active_instances', ...CHANGE],
  },
  operation('patch', `${PROCESSES}/{id}/enable`, 'enableProcess', 'Let new requests begin', [processSchema, PROCESS], {
    access: DEFINE,
    parameters: [processId, COMPAT, IDEMPOTENCY_KEY],
    refusals: ['404 not_found', ...WRITE],
  }),
  operation(
    'patch',
    `${PROCESSES}/{id}/disable`,
    'disableProcess',
    'Let no new requests begin',
    [processSchema, PROCESS],
    { access: DEFINE, parameters: [processId, COMPAT, IDEMPOTENCY_KEY], refusals: ['404 not_found', ...WRITE] },
  ),
  operation(
    'post',
    `${PROCESSES}/{id}/versions`,
    'addVersion',
    'Add a version as a draft',
    [versionSchema, VERSION, 201],
    {
      access: DEFINE,
      parameters: [processId, IDEMPOTENCY_KEY],
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
    { access: DEFINE, parameters: [processId, ...PAGING], refusals: ['404 not_found'] },
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
      parameters: [processId, version, IF_MATCH, IDEMPOTENCY_KEY],
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
    parameters: [processId, COMPAT],
    refusals: ['404 not_found'],
  }),
];
