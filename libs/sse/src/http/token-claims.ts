import type { ResolvedJwtOptions } from '../jwt.options.js';
import { asTenantId, asUserId, isIdentifier, type Principal } from '../principal.js';
import { SseRefusal } from '../refusal.js';

/** The two parsed halves of a token whose signature was verified. */
export interface VerifiedToken {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
}

const HEADER_TYPES = ['jwt', 'at+jwt', 'application/at+jwt'];
const MAX_TEXTS = 1_000;
const TEXT = /^[^\p{Cc}\p{Cs}]{1,200}$/u;

/**
 * Reads the principal out of a verified token by the rules of wire.md §1.
 * @throws SseRefusal 401 `token_expired` when its end is the only thing wrong with it, else 401 `invalid_token`.
 */
export function principalOf(token: VerifiedToken, options: ResolvedJwtOptions, now: Date): Principal {
  const { header, payload } = token;
  const nowSeconds = now.getTime() / 1000;
  requireAccessToken(header, payload);
  requireOneOf(options.issuers, [payload.iss]);
  requireOneOf(options.audiences, Array.isArray(payload.aud) ? payload.aud : [payload.aud]);
  const principal = readPrincipal(payload, options);
  if (payload.nbf !== undefined && !(numberOf(payload.nbf) <= nowSeconds)) throw invalidToken();
  if (principal.expiresAt.getTime() <= now.getTime()) {
    throw new SseRefusal(401, 'token_expired', { detail: 'The access token has expired. Get a new one.' });
  }
  return principal;
}

/** The one refusal for every fault of a token, so that nobody learns which check failed. */
export function invalidToken(): SseRefusal {
  return new SseRefusal(401, 'invalid_token', { detail: 'The access token is not valid here.' });
}

function requireAccessToken(header: VerifiedToken['header'], payload: VerifiedToken['payload']): void {
  const type = header.typ ?? 'JWT';
  if (typeof type !== 'string' || !HEADER_TYPES.includes(type.toLowerCase())) throw invalidToken();
  // An extension that the issuer calls critical and we do not know may change what the token means (RFC 7515 §4.1.11).
  if (header.crit !== undefined) throw invalidToken();
  if (payload.typ === 'refresh' || payload.token_use === 'refresh') throw invalidToken();
}

function requireOneOf(accepted: readonly string[], given: readonly unknown[]): void {
  if (accepted.length > 0 && !given.some((value) => accepted.includes(value as string))) throw invalidToken();
}

function readPrincipal(payload: VerifiedToken['payload'], { claims }: ResolvedJwtOptions): Principal {
  const user = payload[claims.user] ?? payload[claims.otherUser];
  const otherUser = payload[claims.otherUser] ?? user;
  const tenant = payload[claims.tenant];
  if (!isIdentifier(user) || user !== otherUser || !isIdentifier(tenant)) throw invalidToken();
  const tokenId = optionalText(payload.jti);
  const sessionId = optionalText(payload[claims.session]);
  return {
    tenantId: asTenantId(tenant),
    userId: asUserId(user),
    roles: textsOf(payload[claims.roles]),
    permissions: textsOf(payload[claims.permissions]),
    topics: textsOf(payload[claims.topics]),
    expiresAt: dateOf(payload.exp),
    // A token that does not say when it was issued is as old as any revocation.
    issuedAt: payload.iat === undefined ? new Date(0) : dateOf(payload.iat),
    ...(tokenId === undefined ? {} : { tokenId }),
    ...(sessionId === undefined ? {} : { sessionId }),
  };
}

function textsOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || value.length > MAX_TEXTS) throw invalidToken();
  if (!value.every((text): text is string => typeof text === 'string' && TEXT.test(text))) throw invalidToken();
  return Object.freeze([...new Set(value)]);
}

function optionalText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || !TEXT.test(value)) throw invalidToken();
  return value;
}

/** A time in seconds since 1970 that a Date can hold. */
function dateOf(value: unknown): Date {
  const date = new Date(numberOf(value) * 1000);
  if (Number.isNaN(date.getTime())) throw invalidToken();
  return date;
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalidToken();
  return value;
}
