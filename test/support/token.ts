import { createSecretKey, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { TEST_JWT_SECRET } from './service.js';

/** Claims of a test token; the others get default values. */
export interface TokenClaims {
  readonly tenant: string;
  readonly user: string;
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  readonly topics?: readonly string[];
  readonly expiresInSeconds?: number;
}

/** Signs a token that a service with {@link TEST_JWT_SECRET} accepts. */
export function signToken(claims: TokenClaims, secret: string = TEST_JWT_SECRET): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    tenant_id: claims.tenant,
    roles: claims.roles ?? [],
    permissions: claims.permissions ?? [],
    topics: claims.topics ?? [],
    sid: randomUUID(),
  })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(claims.user)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + (claims.expiresInSeconds ?? 3600))
    .sign(createSecretKey(Buffer.from(secret)));
}
