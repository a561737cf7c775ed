import { asTenantId, asUserId, type Principal } from '@nest-herald/platform';

/** A {@link Principal} as JSON keeps it: times are ISO 8601. */
export type StoredPrincipal = Omit<Principal, 'expiresAt' | 'issuedAt'> & {
  readonly expiresAt: string;
  readonly issuedAt: string;
};

/** Reads back what `JSON.stringify` made of a principal. */
export function restorePrincipal(stored: StoredPrincipal): Principal {
  return {
    ...stored,
    tenantId: asTenantId(stored.tenantId),
    userId: asUserId(stored.userId),
    expiresAt: new Date(stored.expiresAt),
    issuedAt: new Date(stored.issuedAt),
  };
}
