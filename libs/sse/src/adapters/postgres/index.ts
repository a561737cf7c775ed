export { APP_ROLE, withRole } from './app-url.js';
export { createPostgresSse, type PostgresSse, type PostgresSseOptions } from './create-postgres-sse.js';
export { outliveBrokenConnection } from './outlive-broken-connection.js';
export { PostgresEventLog } from './event-log/postgres-event-log.js';
export { inspectRole, type RoleFaults } from './role-check.js';
export { TenantTransaction } from './tenant-transaction.js';
