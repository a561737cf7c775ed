export { withRole } from './connection/app-url.js';
export { outliveBrokenConnection } from './connection/outlive-broken-connection.js';
export { inspectRole } from './connection/role-check.js';
export { IdempotentRequests } from './idempotency/idempotent-requests.js';
export type { KeptAnswer } from './idempotency/idempotent-transaction.js';
export { joinTenant } from './tenancy/join-tenant.js';
export { failedTransaction, joinTransaction } from './tenancy/open-transaction.js';
export { inTenant } from './tenancy/tenant-client.js';
export { TenantTransaction } from './tenancy/tenant-transaction.js';
