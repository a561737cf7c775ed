import type { ResolvedJwtOptions } from '../../options/jwt.options.js';
import { asTenantId, asUserId, isIdentifier, type Principal } from '@nest-herald/platform';
import { SseRefusal } from '../../vocabulary/refusal.js';

/** The two parsed halves of a token whose signature was verified. */
export interface VerifiedToken {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
}

const HEADER_TYPES = ['jwt', 'at+jwt', 'application/at+jwt'];
const MAX_TEXTS = 1_000;
const NONE: readonly string[] = Object.freeze([]);
const TEXT = /^[^\p{Cc}\p{Cs}]{1,200}$/u;

/**
 * Reads the principal from a verified token.
 * @throws SseRefusal 401 `token_expired` when `exp` is its only fault, else 401 `invalid_token`.
 */
export function principalOf(token: VerifiedToken, options: ResolvedJwtOptions, now: Date): Principal {
  const { header, payload } = token;
  const nowSeconds = now.getTime() / 1000;
  requireAccessToken(header, payload);
  requireOneOf('iss', options.issuers, [payload.iss]);
  requireOneOf('aud', options.audiences, Array.isArray(payload.aud) ? payload.aud : [payload.aud]);
  const principal = readPrincipal(payload, options);
  if (payload.nbf !== undefined && !(numberOf('nbf', payload.nbf) <= nowSeconds)) {
    throw invalidToken('nbf is in the future');
  }
  if (principal.expiresAt.getTime() <= now.getTime()) {
    throw new SseRefusal(401, 'token_expired', { detail: 'The access token has expired. Get a new one.' });
  }
  return principal;
}

/**
 * The same refusal for every fault of a token, so that an attacker does not learn which check failed.
 * @param reason is for operators only.
 */
export function invalidToken(reason: string): SseRefusal {
  return new SseRefusal(401, 'invalid_token', { detail: 'The access token is not valid here.', reason });
}

function requireAccessToken(header: VerifiedToken['header'], payload: VerifiedToken['payload']): void {
  const type = header.typ ?? 'JWT';
  if (typeof type !== 'string' || !HEADER_TYPES.includes(type.toLowerCase())) {
    throw invalidToken('typ in its header is not that of an access token');
  }
  // A critical extension that this server does not know may change what the token means (RFC 7515 §4.1.11).
  if (header.crit !== undefined) throw invalidToken('crit in its header names an unknown extension');
  if (payload.typ === 'refresh' || payload.token_use === 'refresh') throw invalidToken('it is a refresh token');
}

function requireOneOf(claim: string, accepted: readonly string[], given: readonly unknown[]): void {
  if (accepted.length === 0 || given.some((value) => accepted.includes(value as string))) return;
  throw invalidToken(`${claim} is not a configured one`);
}

function readPrincipal(payload: VerifiedToken['payload'], { claims }: ResolvedJwtOptions): Principal {
  const user = payload[claims.user] ?? payload[claims.otherUser];
  const otherUser = payload[claims.otherUser] ?? user;
  const tenant = payload[claims.tenant];
  if (!isIdentifier(user)) throw invalidToken(`${claims.user} and ${claims.otherUser} contain no valid user id`);
  if (user !== otherUser) throw invalidToken(`${claims.user} and ${claims.otherUser} name different users`);
  if (!isIdentifier(tenant)) throw invalidToken(`${claims.tenant} contains no valid tenant id`);
  const tokenId = optionalText('jti', payload.jti);
  const sessionId = optionalText(claims.session, payload[claims.session]);
  return {
    tenantId: asTenantId(tenant),
    userId: asUserId(user),
    roles: textsOf(claims.roles, payload[claims.roles]),
    permissions: textsOf(claims.permissions, payload[claims.permissions]),
    topics: textsOf(claims.topics, payload[claims.topics]),
    expiresAt: dateOf('exp', payload.exp),
    // A token without iat counts as older than any revocation.
    issuedAt: payload.iat === undefined ? new Date(0) : dateOf('iat', payload.iat),
    ...(tokenId === undefined ? {} : { tokenId }),
    ...(sessionId === undefined ? {} : { sessionId }),
  };
}

function textsOf(claim: string, value: unknown): readonly string[] {
  if (value === undefined || value === null) return NONE;
  if (!Array.isArray(value) || value.length > MAX_TEXTS) {
    throw invalidToken(`${claim} is not a list of at most ${MAX_TEXTS} strings`);
  }
  if (!value.every((text): text is string => typeof text === 'string' && TEXT.test(text))) {
    throw invalidToken(`${claim} contains a value that is not a string of 1 to 200 characters`);
  }
  return value.length === 0 ? NONE : Object.freeze([...new Set(value)]);
}

function optionalText(claim: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || !TEXT.test(value)) {
    throw invalidToken(`${claim} is not a string of 1 to 200 characters`);
  }
  return value;
}

/** A time in seconds since 1970 as a date. */
function dateOf(claim: string, value: unknown): Date {
  const date = new Date(numberOf(claim, value) * 1000);
  if (Number.isNaN(date.getTime())) throw invalidToken(`${claim} is out of the range of dates`);
  return date;
}

function numberOf(claim: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalidToken(`${claim} is missing or not a number`);
  return value;
}
