import type { Principal, TenantId } from '@nest-herald/platform';
import type { Revocation, RevocationTarget } from '../vocabulary/revocation.js';

/** Injection token of the {@link RevocationStore}. */
export const REVOCATION_STORE = Symbol('REVOCATION_STORE');

/**
 * Keeps revocations until no token that they concern can live any more.
 *
 * Guarantees (`describeRevocationStore` proves them): `revoke` stores the revocation and writes its mark into the event log
 * of the tenant in one step, both or neither, so that every hub meets it in the order of the data; what `revoke` has
 * resolved for is part of every answer from then on; no answer for a tenant contains a revocation of another.
 */
export interface RevocationStore {
  /** @param lifeMs how long it is kept, ≥ the longest life of a token. */
  revoke(tenantId: TenantId, target: RevocationTarget, lifeMs: number): Promise<Revocation>;
  /** Those in force, newest first, at most `limit`. */
  active(tenantId: TenantId, limit: number): Promise<readonly Revocation[]>;
  /** Whether one that is in force concerns the principal; for tenants with more of them than memory keeps. */
  covers(principal: Principal): Promise<boolean>;
}
