import { isIdentifier } from '@nest-herald/platform';
import { z } from 'zod';
import { isStorableText } from '@nest-herald/platform/http';

/** Most memberships of one kind, for one person. */
const MAX_MEMBERSHIPS = 100;

const identifier = z.string().refine(isIdentifier, 'must be 1 to 128 characters out of A-Z a-z 0-9 _ . @ | -');

const name = z.string().min(1).max(200).refine(isStorableText, 'contains NUL or half a surrogate pair');

const identifiers = z
  .array(identifier)
  .max(MAX_MEMBERSHIPS)
  .refine((ids) => new Set(ids).size === ids.length, 'must contain each id once');

const personFields = {
  name,
  email: z.email().max(320).nullable().default(null),
  roles: identifiers,
  /** The first is the person's main department. */
  departmentIds: identifiers,
  positionIds: identifiers.default([]),
  groupIds: identifiers.default([]),
  managerId: identifier.nullable().default(null),
  active: z.boolean(),
};

const departmentFields = {
  name,
  parentId: identifier.nullable().default(null),
  leaderId: identifier.nullable().default(null),
};

/** Body of `PUT /api/v1/directory/people/:id`: the whole person. An omitted field becomes empty. */
export const putPersonSchema = z.strictObject(personFields).meta({ id: 'PutPerson' });

/** Body of `PUT /api/v1/directory/departments/:id`: the whole department. */
export const putDepartmentSchema = z.strictObject(departmentFields).meta({ id: 'PutDepartment' });

/** The id in a path. */
export const directoryIdSchema = identifier;

const kept = { revision: z.int(), createdAt: z.iso.datetime(), updatedAt: z.iso.datetime() };

/** A person as the directory answers. */
export const personSchema = z.object({ id: z.string(), ...personFields, ...kept }).meta({ id: 'DirectoryPerson' });

/** A department as the directory answers. */
export const departmentSchema = z
  .object({ id: z.string(), ...departmentFields, ...kept })
  .meta({ id: 'DirectoryDepartment' });

/** The fields of a person that are written. */
export type PersonInput = z.output<typeof putPersonSchema>;

/** The fields of a department that are written. */
export type DepartmentInput = z.output<typeof putDepartmentSchema>;

/** A person with id, revision and times. */
export type PersonRecord = z.output<typeof personSchema>;

/** A department with id, revision and times. */
export type DepartmentRecord = z.output<typeof departmentSchema>;
