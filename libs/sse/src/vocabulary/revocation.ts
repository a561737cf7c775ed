import type { Principal, TenantId, UserId } from '@nest-herald/platform';

/** Whose tokens end: one person's, those of a login session (`sid`), one token (`jti`), or everybody's in the tenant. */
export type RevocationTarget =
  | { readonly userId: UserId }
  | { readonly sessionId: string }
  | { readonly tokenId: string }
  | { readonly tenant: true };

/** Tokens of one tenant that are refused although they are signed and have not ended (wire.md §5). */
export interface Revocation {
  readonly tenantId: TenantId;
  readonly target: RevocationTarget;
  /**
   * Of a person or a tenant the tokens issued up to this moment are concerned, so that one may sign in again; a login
   * session and a single token stay revoked whenever they were issued.
   */
  readonly notBefore: Date;
  /** No token that is concerned lives longer; the revocation is forgotten then. */
  readonly expiresAt: Date;
}

/**
 * Whether the revocation concerns the token of this principal. `iat` counts whole seconds, so a token of the very second of
 * the revocation counts as older: whoever signs in again within it has to do so once more.
 */
export function revokes({ tenantId, target, notBefore }: Revocation, principal: Principal): boolean {
  if (tenantId !== principal.tenantId) return false;
  if ('sessionId' in target) return target.sessionId === principal.sessionId;
  if ('tokenId' in target) return target.tokenId === principal.tokenId;
  if ('userId' in target && target.userId !== principal.userId) return false;
  return principal.issuedAt <= notBefore;
}
