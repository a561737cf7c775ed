import type { Principal, TenantId } from '@nest-herald/platform';
import type { Revocation, RevocationTarget } from '../vocabulary/revocation.js';

/** Injection token of the {@link RevocationStore}. */
export const REVOCATION_STORE = Symbol('REVOCATION_STORE');

/**
 * Stores revocations until every revoked token has expired.
 *
 * Guarantees (`describeRevocationStore` proves them):
 * - `revoke` stores the revocation and its control record in the tenant's event log atomically, so that every hub handles it
 *   in log order.
 * - Once `revoke` has resolved, every later answer contains the revocation.
 * - No answer for a tenant contains a revocation of another tenant.
 */
export interface RevocationStore {
  /** @param lifeMs how long the revocation is kept, in ms; at least the longest lifetime of a token. */
  revoke(tenantId: TenantId, target: RevocationTarget, lifeMs: number): Promise<Revocation>;
  /** The revocations in force, newest first, at most `limit`. */
  active(tenantId: TenantId, limit: number): Promise<readonly Revocation[]>;
  /** Whether a revocation in force covers the principal. It is asked for tenants with more revocations than fit in memory. */
  covers(principal: Principal): Promise<boolean>;
}
