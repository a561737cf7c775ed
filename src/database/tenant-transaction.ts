/**
 * How the service's own code reads and writes the data of a tenant. Features import it from here, so that only `database/`
 * and `realtime/` name an adapter.
 */
export { TenantTransaction } from '@nest-herald/platform/postgres';
