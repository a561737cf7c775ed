import { directorySchemas as schemas } from '@nest-herald/directory';
import { z } from 'zod';
import type { Operation, OperationGroup, Parameter } from './description/operation.js';

const BASE = '/api/v1/directory';

const TIMES = { revision: 1, createdAt: '2026-11-21T08:00:00.000Z', updatedAt: '2026-11-21T08:00:00.000Z' };

const DEPARTMENT = { name: 'Logistics', parentId: null, leaderId: 'ines.marker' };

const PERSON = {
  name: 'Ines Marker',
  email: 'ines.marker@acme.example',
  roles: ['logistics'],
  departmentIds: ['logistics'],
  positionIds: ['head-of-logistics'],
  groupIds: [],
  managerId: 'acme.admin',
  active: true,
};

const headers: readonly Parameter[] = [
  {
    name: 'If-Match',
    in: 'header',
    description: 'The ETag that the change is based on; a stale one is 412.',
    schema: z.string(),
    example: '"1"',
  },
  {
    name: 'Idempotency-Key',
    in: 'header',
    description: 'Makes a repeated request the same request for 24 hours.',
    schema: z.string().max(255),
    example: 'hr-sync-2026-11-21-ines',
  },
];

const personId: Parameter = {
  name: 'personId',
  in: 'path',
  description: "The person's id at the identity provider.",
  schema: z.string(),
  example: 'ines.marker',
};

const departmentId: Parameter = {
  name: 'departmentId',
  in: 'path',
  description: "The department's id in the HR system.",
  schema: z.string(),
  example: 'logistics',
};

const access = { permission: 'directory:write' } as const;
const CHANGE = [
  '412 precondition_failed',
  '409 idempotency_in_progress',
  '422 idempotency_mismatch',
  '503 busy',
] as const;

const operations: readonly Operation[] = [
  {
    method: 'put',
    path: `${BASE}/departments/{departmentId}`,
    id: 'directory.putDepartment',
    summary: 'Create or change a department',
    description:
      'The whole of it. With another parent it takes everybody in and below it along. Parents and leaders may be loaded later than those who name them.',
    access,
    parameters: [departmentId, ...headers],
    body: { schema: schemas.putDepartment, example: DEPARTMENT },
    answers: {
      200: {
        description: 'The department, with its revision as ETag.',
        schema: schemas.department,
        example: { id: 'logistics', ...DEPARTMENT, ...TIMES },
      },
    },
    refusals: ['409 department_cycle', '409 department_too_deep', ...CHANGE],
  },
  {
    method: 'get',
    path: `${BASE}/departments/{departmentId}`,
    id: 'directory.getDepartment',
    summary: 'Get a department',
    access,
    parameters: [departmentId],
    answers: {
      200: {
        description: 'The department, with its revision as ETag.',
        schema: schemas.department,
        example: { id: 'logistics', ...DEPARTMENT, ...TIMES },
      },
    },
    refusals: ['404 not_found'],
  },
  {
    method: 'put',
    path: `${BASE}/people/{personId}`,
    id: 'directory.putPerson',
    summary: 'Create or change a person',
    description:
      'The whole of them; what is left out is empty afterwards. Open streams and inboxes follow at once: what is lost is no longer shown, what is gained is shown from now on. Writing what is there already changes nothing.',
    access,
    parameters: [personId, ...headers],
    body: { schema: schemas.putPerson, example: PERSON },
    answers: {
      200: {
        description: 'The person, with their revision as ETag.',
        schema: schemas.person,
        example: { id: 'ines.marker', ...PERSON, ...TIMES },
      },
    },
    refusals: ['409 manager_cycle', ...CHANGE],
  },
  {
    method: 'get',
    path: `${BASE}/people/{personId}`,
    id: 'directory.getPerson',
    summary: 'Get a person',
    access,
    parameters: [personId],
    answers: {
      200: {
        description: 'The person, with their revision as ETag.',
        schema: schemas.person,
        example: { id: 'ines.marker', ...PERSON, ...TIMES },
      },
    },
    refusals: ['404 not_found'],
  },
];

/** All operations of the directory. */
export const directoryOperations: OperationGroup = {
  tag: 'Directory',
  description:
    'Who works where: people, departments, managers, roles, positions and groups. Says whom an audience reaches and who approves; signing in is the business of the identity provider.',
  operations,
};
