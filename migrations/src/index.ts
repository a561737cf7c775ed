export { migrate, type MigrateOptions, type MigrationReport, migrationSql, migrationStatus } from './migrate.js';
export { MigrationError, type MigrationErrorCode } from './migration-error.js';
export { ensureRoles, RoleSetupError } from './roles.js';
