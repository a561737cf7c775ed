import type { Principal, TenantId, UserId } from '@nest-herald/platform';

/** Which tokens are revoked: those of a user, of a login session (`sid`), a single token (`jti`), or all of the tenant. */
export type RevocationTarget =
  | { readonly userId: UserId }
  | { readonly sessionId: string }
  | { readonly tokenId: string }
  | { readonly tenant: true };

/** Tokens of one tenant that are refused although they are signed and have not expired. */
export interface Revocation {
  readonly tenantId: TenantId;
  readonly target: RevocationTarget;
  /**
   * A revocation of a user or tenant covers only tokens issued up to this moment, so that people can sign in again. A
   * revoked login session or single token stays revoked whenever it was issued.
   */
  readonly notBefore: Date;
  /** All revoked tokens have expired by then, so the revocation is deleted. */
  readonly expiresAt: Date;
}

/**
 * Whether the revocation covers the token of this principal. `iat` counts whole seconds, so a token issued in the second of
 * the revocation counts as older. A user who signs in again within that second must do so once more.
 */
export function revokes({ tenantId, target, notBefore }: Revocation, principal: Principal): boolean {
  if (tenantId !== principal.tenantId) return false;
  if ('sessionId' in target) return target.sessionId === principal.sessionId;
  if ('tokenId' in target) return target.tokenId === principal.tokenId;
  if ('userId' in target && target.userId !== principal.userId) return false;
  return principal.issuedAt <= notBefore;
}
