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
 * Reads the principal out of a verified token by the rules of wire.md §1.
 * @throws SseRefusal 401 `token_expired` when its end is the only thing wrong with it, else 401 `invalid_token`.
 */
export function principalOf(token: VerifiedToken, options: ResolvedJwtOptions, now: Date): Principal {
  const { header, payload } = token;
  const nowSeconds = now.getTime() / 1000;
  requireAccessToken(header, payload);
  requireOneOf('iss', options.issuers, [payload.iss]);
  requireOneOf('aud', options.audiences, Array.isArray(payload.aud) ? payload.aud : [payload.aud]);
  const principal = readPrincipal(payload, options);
  if (payload.nbf !== undefined && !(numberOf('nbf', payload.nbf) <= nowSeconds)) {
    throw invalidToken('nbf is ahead');
  }
  if (principal.expiresAt.getTime() <= now.getTime()) {
    throw new SseRefusal(401, 'token_expired', { detail: 'The access token has expired. Get a new one.' });
  }
  return principal;
}

/**
 * The one refusal for every fault of a token, so that nobody learns which check failed.
 * @param reason for operators alone.
 */
export function invalidToken(reason: string): SseRefusal {
  return new SseRefusal(401, 'invalid_token', { detail: 'The access token is not valid here.', reason });
}

function requireAccessToken(header: VerifiedToken['header'], payload: VerifiedToken['payload']): void {
  const type = header.typ ?? 'JWT';
  if (typeof type !== 'string' || !HEADER_TYPES.includes(type.toLowerCase())) {
    throw invalidToken('typ of its header is not that of an access token');
  }
  // An extension that the issuer calls critical and we do not know may change what the token means (RFC 7515 §4.1.11).
  if (header.crit !== undefined) throw invalidToken('crit of its header names what is not known here');
  if (payload.typ === 'refresh' || payload.token_use === 'refresh') throw invalidToken('it is a refresh token');
}

function requireOneOf(claim: string, accepted: readonly string[], given: readonly unknown[]): void {
  if (accepted.length === 0 || given.some((value) => accepted.includes(value as string))) return;
  throw invalidToken(`${claim} is none of those that are configured`);
}

function readPrincipal(payload: VerifiedToken['payload'], { claims }: ResolvedJwtOptions): Principal {
  const user = payload[claims.user] ?? payload[claims.otherUser];
  const otherUser = payload[claims.otherUser] ?? user;
  const tenant = payload[claims.tenant];
  if (!isIdentifier(user)) throw invalidToken(`${claims.user} and ${claims.otherUser} hold no possible user id`);
  if (user !== otherUser) throw invalidToken(`${claims.user} and ${claims.otherUser} name different people`);
  if (!isIdentifier(tenant)) throw invalidToken(`${claims.tenant} holds no possible tenant id`);
  const tokenId = optionalText('jti', payload.jti);
  const sessionId = optionalText(claims.session, payload[claims.session]);
  return {
    tenantId: asTenantId(tenant),
    userId: asUserId(user),
    roles: textsOf(claims.roles, payload[claims.roles]),
    permissions: textsOf(claims.permissions, payload[claims.permissions]),
    topics: textsOf(claims.topics, payload[claims.topics]),
    expiresAt: dateOf('exp', payload.exp),
    // A token that does not say when it was issued is as old as any revocation.
    issuedAt: payload.iat === undefined ? new Date(0) : dateOf('iat', payload.iat),
    ...(tokenId === undefined ? {} : { tokenId }),
    ...(sessionId === undefined ? {} : { sessionId }),
  };
}

function textsOf(claim: string, value: unknown): readonly string[] {
  if (value === undefined || value === null) return NONE;
  if (!Array.isArray(value) || value.length > MAX_TEXTS) {
    throw invalidToken(`${claim} is no list of at most ${MAX_TEXTS} texts`);
  }
  if (!value.every((text): text is string => typeof text === 'string' && TEXT.test(text))) {
    throw invalidToken(`${claim} holds what is no text of 1 to 200 characters`);
  }
  return value.length === 0 ? NONE : Object.freeze([...new Set(value)]);
}

function optionalText(claim: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || !TEXT.test(value)) throw invalidToken(`${claim} is no text of 1 to 200 characters`);
  return value;
}

/** A time in seconds since 1970 that a Date can hold. */
function dateOf(claim: string, value: unknown): Date {
  const date = new Date(numberOf(claim, value) * 1000);
  if (Number.isNaN(date.getTime())) throw invalidToken(`${claim} is beyond time`);
  return date;
}

function numberOf(claim: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalidToken(`${claim} is missing or no number`);
  return value;
}
