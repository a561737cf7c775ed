export { createPostgresSse, type PostgresSse, type PostgresSseOptions } from './create-postgres-sse.js';
