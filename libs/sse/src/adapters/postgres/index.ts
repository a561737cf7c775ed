export { APP_ROLE, withRole } from './app-url.js';
export { inspectRole, type RoleFaults } from './role-check.js';
export { TenantTransaction } from './tenant-transaction.js';
