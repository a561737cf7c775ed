export { type MigrationDatabase } from './session.js';
export {
  migrate,
  type MigrateOptions,
  type MigrationReport,
  migrationSql,
  migrationStatus,
  type MigrationStatus,
} from './migrate.js';
export { MigrationError, type MigrationErrorCode } from './migration-error.js';
export { type MigrationPackage } from './packages.js';
export { ensureRoles, type RoleConnection, RoleSetupError } from './roles.js';
