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
    description: 'The ETag on which the change is based. A stale one is answered with 412.',
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
      'The whole department. With another parent, it moves with all people and departments below it. Parents and leaders may be written later than the departments that name them.',
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
      'The whole person; an omitted field becomes empty. Open streams and inboxes follow at once: lost rights end, and new rights start now. A write without a change changes nothing.',
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
    'People, departments, managers, roles, positions and groups. It resolves audiences and approvers. The identity provider signs people in.',
  operations,
};
