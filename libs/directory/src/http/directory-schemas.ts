import { departmentSchema, personSchema, putDepartmentSchema, putPersonSchema } from '../people/directory-input.js';

/** The zod schemas of the bodies and answers of the API, for an OpenAPI document. */
export const directorySchemas = Object.freeze({
  putPerson: putPersonSchema,
  person: personSchema,
  putDepartment: putDepartmentSchema,
  department: departmentSchema,
});
