export { DirectoryAudience } from './audience/directory-audience.js';
export type { DirectoryOptions } from './directory.module-definition.js';
export { DirectoryModule } from './directory.module.js';
export { DirectoryRefusal, type DirectoryRefusalCode } from './people/directory.errors.js';
export {
  departmentSchema,
  personSchema,
  putDepartmentSchema,
  putPersonSchema,
  type DepartmentInput,
  type DepartmentRecord,
  type PersonInput,
  type PersonRecord,
} from './people/directory-input.js';
export { DIRECTORY_CHANGED, type DirectoryChanged } from './seams/directory-events.js';
export {
  DIRECTORY,
  type Directory,
  type DirectoryChange,
  type DirectoryDepartment,
  type DirectoryPerson,
} from './seams/directory.js';
export { DirectoryWriter } from './store/directory-writer.js';
