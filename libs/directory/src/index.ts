// The module.
export { DirectoryModule } from './directory.module.js';

// What it answers: a seam that a host may implement itself.
export {
  DIRECTORY,
  type Directory,
  type DirectoryChange,
  type DirectoryDepartment,
  type DirectoryPerson,
} from './seams/directory.js';
export { DirectoryAudience } from './audience/directory-audience.js';

// Writing it.
export { DirectoryWriter } from './store/directory-writer.js';
export { DirectoryRefusal, type DirectoryRefusalCode } from './people/directory.errors.js';
export type { DepartmentInput, PersonInput } from './people/directory-input.js';
export { DIRECTORY_CHANGED, type DirectoryChanged } from './seams/directory-events.js';

export { directorySchemas } from './http/directory-schemas.js';
