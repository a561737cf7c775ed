import { PlatformError } from '../errors/platform.errors.js';

declare const brand: unique symbol;

/** Opaque id of a tenant, of the host's identity provider; 1–128 characters out of `A-Z a-z 0-9 _ . @ | -`. */
export type TenantId = string & { readonly [brand]: 'tenant' };

/** Opaque id of a person inside a tenant, with the same characters as {@link TenantId}. */
export type UserId = string & { readonly [brand]: 'user' };

/**
 * The verified identity behind a token, read from the token and nothing else.
 *
 * The tenant of every read, write and frame is `tenantId` of a principal; no request field may choose it.
 */
export interface Principal {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** Roles in the token; each is the audience key `role:<r>`. */
  readonly roles: readonly string[];
  /** Permission strings; `x:*` covers every permission that starts with `x:`. */
  readonly permissions: readonly string[];
  /** Topic patterns that the principal may follow. */
  readonly topics: readonly string[];
  /** Expiry of the token. A stream that was opened with it closes then. */
  readonly expiresAt: Date;
  /** `iat`. Revocations before this time do not affect the token. */
  readonly issuedAt: Date;
  /** `jti`, if the token has one. */
  readonly tokenId?: string;
  /** `sid`, the login session, if the token has one. */
  readonly sessionId?: string;
}

/** The role with every permission in its own tenant. */
const ADMIN_ROLE = 'admin';
/** The permission that no role of a tenant includes, because it reaches across tenants. */
const PLATFORM_PERMISSION = 'platform:admin';

const ID = /^[A-Za-z0-9_.@|-]{1,128}$/;

/** @returns whether the text can be a tenant or user id. */
export function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/** @throws PlatformError `ERR_SSE_INVALID_ID` when the text cannot be a tenant id. */
export function asTenantId(value: string): TenantId {
  if (!isIdentifier(value)) throw invalidId('tenant', value);
  return value as TenantId;
}

/** @throws PlatformError `ERR_SSE_INVALID_ID` when the text cannot be a user id. */
export function asUserId(value: string): UserId {
  if (!isIdentifier(value)) throw invalidId('user', value);
  return value as UserId;
}

/** Whether `granted` contains the permission itself or a wildcard `prefix:*` that covers it. */
function hasPermission(granted: readonly string[], wanted: string): boolean {
  return granted.some((p) => p === wanted || (p.endsWith(':*') && wanted.startsWith(p.slice(0, -1))));
}

/**
 * Whether the principal has the permission: in the token (`x:*` covers every `x:…`), or as `admin` of the tenant, who has every
 * permission except `platform:admin`.
 */
export function isPermitted(principal: Principal, permission: string): boolean {
  if (hasPermission(principal.permissions, permission)) return true;
  return permission !== PLATFORM_PERMISSION && principal.roles.includes(ADMIN_ROLE);
}

function invalidId(kind: string, value: unknown): PlatformError {
  return new PlatformError(
    'ERR_SSE_INVALID_ID',
    `A ${kind} id has 1 to 128 characters out of A-Z a-z 0-9 _ . @ | - ; got ${JSON.stringify(value)}.`,
  );
}
