import { asTenantId, asUserId, type Principal } from '@nest-herald/platform';

/** A {@link Principal} as it is stored in JSON, with times as ISO 8601. */
export type StoredPrincipal = Omit<Principal, 'expiresAt' | 'issuedAt'> & {
  readonly expiresAt: string;
  readonly issuedAt: string;
};

/** Restores a principal that was stored with `JSON.stringify`. */
export function restorePrincipal(stored: StoredPrincipal): Principal {
  return {
    ...stored,
    tenantId: asTenantId(stored.tenantId),
    userId: asUserId(stored.userId),
    expiresAt: new Date(stored.expiresAt),
    issuedAt: new Date(stored.issuedAt),
  };
}
