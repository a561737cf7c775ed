import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OptionFaults, type Principal, systemClock } from '@nest-herald/platform';
import { type JwtOptions, resolveJwtOptions } from '../../options/jwt.options.js';
import { SseRefusal } from '../../vocabulary/refusal.js';
import { JwtAuthenticator } from './jwt-authenticator.js';

const SECRET = 'a secret of at least thirty-two bytes';
const IDENTIFIER = /^[A-Za-z0-9_.@|-]{1,128}$/;
const exp = Math.floor(Date.now() / 1_000) + 3_600;
const good = { sub: 'ann', tenant_id: 'acme', exp };
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const part = (value: unknown): string => Buffer.from(JSON.stringify(value) ?? '').toString('base64url');
const hs256 = (payload: unknown, header: object = {}): string => {
  const head = `${part({ alg: 'HS256', typ: 'JWT', ...header })}.${part(payload)}`;
  return `${head}.${createHmac('sha256', SECRET).update(head).digest('base64url')}`;
};
const es256 = (payload: unknown): string => {
  const head = `${part({ alg: 'ES256' })}.${part(payload)}`;
  return `${head}.${sign('sha256', Buffer.from(head), { key: ec.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
};

function authenticator(options: JwtOptions): JwtAuthenticator {
  const faults = new OptionFaults('SseModule');
  const resolved = resolveJwtOptions(options, faults);
  faults.throwIfAny();
  return new JwtAuthenticator(resolved!, systemClock);
}

/** @returns the principal, null for a refusal with 401. @throws any other error, which must never occur. */
async function principalOf(subject: JwtAuthenticator, token: string): Promise<Principal | null> {
  try {
    return await subject.authenticate(token);
  } catch (error) {
    if (error instanceof SseRefusal && error.status === 401) return null;
    throw error;
  }
}

const shared = authenticator({ secret: SECRET });
const published = authenticator({
  publicKey: ec.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
});

/** Mostly invalid values of a claim. */
const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 140 }),
  fc.constantFrom('ann', 'acme', '__proto__', 'a b', '\0', 'a/b', 'ä', '', 'x'.repeat(128), 'x'.repeat(129)),
  fc.jsonValue({ maxDepth: 2 }),
  fc.double(),
);

describe('any token', () => {
  it('that is signed names a valid user of a valid tenant, or is refused with 401', async () => {
    const names = [
      'sub',
      'user_id',
      'tenant_id',
      'roles',
      'permissions',
      'topics',
      'exp',
      'nbf',
      'iat',
      'jti',
      'sid',
      '__proto__',
    ];
    const claims = fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 4 });
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(claims, fc.boolean(), async (changes, isShared) => {
        const payload = { ...good, ...changes };
        const principal = await principalOf(isShared ? shared : published, isShared ? hs256(payload) : es256(payload));
        if (principal === null) return;
        accepted += 1;
        expect(principal.tenantId).toBe(payload.tenant_id);
        expect(principal.userId).toMatch(IDENTIFIER);
        expect(principal.tenantId).toMatch(IDENTIFIER);
        const { sub, user_id: other } = payload as Record<string, unknown>;
        expect([sub ?? other, other ?? sub]).toEqual([principal.userId, principal.userId]);
        expect(principal.expiresAt.getTime()).toBeGreaterThan(Date.now());
        for (const text of [...principal.roles, ...principal.permissions, ...principal.topics]) {
          expect(text).toMatch(/^[^\p{Cc}\p{Cs}]{1,200}$/u);
        }
      }),
      { numRuns: 500 },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  it('whose header names something that is not configured is refused with 401', async () => {
    const header = fc.dictionary(
      fc.constantFrom('alg', 'typ', 'crit', 'kid', 'jku', 'x5u', 'jwk', 'b64', 'zip', 'cty'),
      odd,
      {
        maxKeys: 3,
      },
    );
    await fc.assert(
      fc.asyncProperty(header, async (changes) => {
        const principal = await principalOf(shared, hs256(good, changes));
        if (principal === null) return;
        expect((changes as { alg?: unknown }).alg ?? 'HS256').toBe('HS256');
        expect(changes).not.toHaveProperty('crit');
      }),
      { numRuns: 300 },
    );
  });

  it('that is modified, truncated or joined from two is refused with 401', async () => {
    const tokens = [hs256(good), hs256({ ...good, sub: 'bob', tenant_id: 'beta' })] as const;
    const [mine, other] = tokens.map((token) => token.split('.')) as [string[], string[]];
    const swapped = fc
      .tuple(fc.boolean(), fc.boolean(), fc.boolean())
      .filter(([a, b, c]) => !(a === b && b === c))
      .map((from) => from.map((isMine, i) => (isMine ? mine : other)[i]).join('.'))
      // Both have the same header, so swapping only that changes nothing.
      .filter((token) => !(tokens as readonly string[]).includes(token));
    const [token] = tokens;
    const changed = fc
      .tuple(fc.nat(token.length - 1), fc.string({ unit: 'binary', minLength: 0, maxLength: 2 }))
      .map(([at, text]) => token.slice(0, at) + text + token.slice(at + 1))
      .filter((text) => text !== token);
    await fc.assert(
      fc.asyncProperty(fc.oneof(swapped, changed, fc.string({ unit: 'binary', maxLength: 300 })), async (text) => {
        expect(await principalOf(shared, text)).toBeNull();
        expect(await principalOf(published, text)).toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});
