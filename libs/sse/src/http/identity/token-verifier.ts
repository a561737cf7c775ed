import type { KeyObject } from 'node:crypto';
import { JwtService } from '@nestjs/jwt';
import { compactVerify } from 'jose';
import type { Clock } from '@nest-herald/platform';
import type { JwtKey, ResolvedJwtOptions } from '../../options/jwt.options.js';
import { SseRefusal } from '../../vocabulary/refusal.js';
import { RemoteKeySet } from './remote-key-set.js';
import { invalidToken, type VerifiedToken } from './token-claims.js';

/** Checks only the signature of a token. @throws SseRefusal 401 `invalid_token`, 503 when no keys can be fetched. */
export type TokenVerifier = (token: string) => Promise<VerifiedToken>;

const UNVERIFIED = 'its signature does not match the configured key and algorithms, or it is not a token';

/** Builds the verifier for the configured key. The list of algorithms is fixed: the token cannot extend it. */
export function tokenVerifier(options: Pick<ResolvedJwtOptions, 'key' | 'algorithms'>, clock: Clock): TokenVerifier {
  const { key, algorithms } = options;
  switch (key.kind) {
    case 'secret':
      return secretVerifier(key.key, algorithms);
    case 'public-key':
    case 'jwks':
      return asymmetricVerifier(key, algorithms, clock);
  }
}

/**
 * HS256 and its family. The secret is a KeyObject: from a string, the library would first try to parse a public key, which
 * costs 40 times as much as the check itself.
 */
function secretVerifier(key: KeyObject, algorithms: readonly string[]): TokenVerifier {
  const jwt = new JwtService({
    secret: key,
    verifyOptions: {
      algorithms: algorithms as ('HS256' | 'HS384' | 'HS512')[],
      complete: true,
      // token-claims.ts checks times together with the other claims, against one clock.
      ignoreExpiration: true,
      ignoreNotBefore: true,
    },
  });
  return async (token) => {
    let verified: unknown;
    try {
      verified = jwt.verify<object>(token);
    } catch {
      // A bad signature, a bad algorithm or text that is not a token: the same refusal for all.
      throw invalidToken(UNVERIFIED);
    }
    const { header, payload } = verified as { header: unknown; payload: unknown };
    return { header: objectOf(header), payload: objectOf(payload) };
  };
}

function asymmetricVerifier(
  key: Exclude<JwtKey, { kind: 'secret' }>,
  algorithms: readonly string[],
  clock: Clock,
): TokenVerifier {
  // `jku`, `x5u` and `jwk` of a token are ignored: keys come only from the configuration.
  const keyFor = key.kind === 'jwks' ? new RemoteKeySet(key.uri, clock).keyFor : async () => key.key;
  return async (token) => {
    try {
      const { payload, protectedHeader } = await compactVerify(token, keyFor, { algorithms: [...algorithms] });
      return { header: { ...protectedHeader }, payload: objectOf(JSON.parse(new TextDecoder().decode(payload))) };
    } catch (error) {
      if (error instanceof SseRefusal) throw error;
      // A bad signature, an unknown key, an algorithm that is not allowed, text that is not a token: the same refusal for all.
      throw invalidToken(UNVERIFIED);
    }
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalidToken('it contains no claims');
  return value as Readonly<Record<string, unknown>>;
}
