/**
 * The way of the service's own code to tenant data; see the class itself. Features import it from here, so that only
 * `database/` and `realtime/` name an adapter.
 */
export { TenantTransaction } from '@nest-herald/platform/postgres';
