import { createHmac } from 'node:crypto';

/** HS256 secret of the bench's servers, 32 bytes or more. */
export const BENCH_JWT_SECRET = 'bench-secret-that-is-long-enough-for-hs256';

/** The one tenant of the bench. */
export const BENCH_TENANT = 'bench';

const LIFETIME_S = 3600;

const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/** Id of the user of a connection; every user has one connection. */
export function benchUser(index: number): string {
  return `user-${index}`;
}

/** An access token of that user, with the claims that the streams read. */
export function accessToken(index: number): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = encode({
    sub: benchUser(index),
    tenant_id: BENCH_TENANT,
    roles: ['clerk'],
    permissions: [],
    topics: [],
    jti: `token-${index}`,
    iat: now,
    exp: now + LIFETIME_S,
  });
  const signed = `${HEADER}.${claims}`;
  return `${signed}.${createHmac('sha256', BENCH_JWT_SECRET).update(signed).digest('base64url')}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
