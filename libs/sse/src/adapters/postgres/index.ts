export { createPostgresSse, type PostgresSse, type PostgresSseOptions } from './create-postgres-sse.js';
export { PostgresEventLog } from './event-log/postgres-event-log.js';
