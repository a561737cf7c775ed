import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Clock, OptionFaults } from '@nest-herald/platform';
import { type JwtOptions, resolveJwtOptions } from '../../options/jwt.options.js';
import { SseRefusal } from '../../vocabulary/refusal.js';
import { JwtAuthenticator } from './jwt-authenticator.js';

const NOW = new Date('2026-01-02T03:04:05Z');
const nowSeconds = NOW.getTime() / 1000;
const SECRET = 'a secret of at least thirty-two bytes';
const good = { sub: 'ann', tenant_id: 'acme', exp: nowSeconds + 60 };

type Json = Record<string, unknown>;
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function hs256(payload: unknown, header: Json = {}, secret: string | Buffer = SECRET): string {
  const head = `${part({ alg: 'HS256', typ: 'JWT', ...header })}.${part(payload)}`;
  return `${head}.${createHmac('sha256', secret).update(head).digest('base64url')}`;
}

function signed(alg: string, key: KeyObject, payload: unknown, header: Json = {}): string {
  const head = `${part({ alg, ...header })}.${part(payload)}`;
  const hash = alg === 'EdDSA' ? null : 'sha256';
  return `${head}.${sign(hash, Buffer.from(head), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** A clock that a test moves. */
class StillClock implements Clock {
  ms = 1_000_000;
  now = (): Date => NOW;
  monotonicMs = (): number => this.ms;
}

function authenticator(options: JwtOptions = { secret: SECRET }, clock: Clock = new StillClock()): JwtAuthenticator {
  const faults = new OptionFaults('SseModule');
  const resolved = resolveJwtOptions(options, faults);
  faults.throwIfAny();
  if (resolved === null) throw new Error('unresolved');
  return new JwtAuthenticator(resolved, clock);
}

async function codeOf(token: string, subject = authenticator()): Promise<string> {
  try {
    await subject.authenticate(token);
    return 'accepted';
  } catch (error) {
    if (error instanceof SseRefusal) return `${error.status} ${error.code}`;
    throw error;
  }
}

describe('an access token', () => {
  it('yields its principal', async () => {
    const principal = await authenticator().authenticate(
      hs256({
        ...good,
        roles: ['buyer', 'buyer'],
        permissions: ['sse:send'],
        topics: ['doc:**'],
        iat: nowSeconds - 5,
        jti: 't1',
        sid: 's1',
      }),
    );
    expect(principal).toEqual({
      tenantId: 'acme',
      userId: 'ann',
      roles: ['buyer'],
      permissions: ['sse:send'],
      topics: ['doc:**'],
      expiresAt: new Date((nowSeconds + 60) * 1000),
      issuedAt: new Date((nowSeconds - 5) * 1000),
      tokenId: 't1',
      sessionId: 's1',
    });
  });

  it('may name the user as user_id, but not a user other than sub', async () => {
    const { sub: _, ...rest } = good;
    expect((await authenticator().authenticate(hs256({ ...rest, user_id: 'bob' }))).userId).toBe('bob');
    expect(await codeOf(hs256({ ...good, user_id: 'ann' }))).toBe('accepted');
    expect(await codeOf(hs256({ ...good, user_id: 'bob' }))).toBe('401 invalid_token');
  });

  it('without iat counts as older than any revocation', async () => {
    expect((await authenticator().authenticate(hs256(good))).issuedAt).toEqual(new Date(0));
  });

  it('uses the claim names of the host', async () => {
    const subject = authenticator({ secret: SECRET, claims: { tenant: 'org', roles: 'groups' } });
    const principal = await subject.authenticate(hs256({ sub: 'ann', org: 'beta', groups: ['hr'], exp: good.exp }));
    expect(principal).toMatchObject({ tenantId: 'beta', roles: ['hr'] });
  });

  it.each<[string, Json]>([
    ['no tenant', { tenant_id: undefined }],
    ['no user', { sub: undefined }],
    ['a user id with a blank', { sub: 'a b' }],
    ['a user id with a line break', { sub: 'a\nb' }],
    ['a tenant id that is too long', { tenant_id: 'x'.repeat(129) }],
    ['a tenant id that is a list', { tenant_id: ['acme'] }],
    ['no exp', { exp: undefined }],
    ['an exp that is a string', { exp: String(good.exp) }],
    ['an exp that no date can hold', { exp: 1e300 }],
    ['an nbf in the future', { nbf: nowSeconds + 10 }],
    ['roles that are not a list', { roles: 'admin' }],
    ['roles that are not strings', { roles: [1] }],
    ['a role with a line break', { roles: ['a\nb'] }],
    ['the use of a refresh token', { token_use: 'refresh' }],
    ['the type of a refresh token', { typ: 'refresh' }],
  ])('with %s is invalid', async (_, claims) => {
    expect(await codeOf(hs256({ ...good, ...claims }))).toBe('401 invalid_token');
  });

  it('is expired when exp is its only fault', async () => {
    expect(await codeOf(hs256({ ...good, exp: nowSeconds }))).toBe('401 token_expired');
    expect(await codeOf(hs256({ ...good, exp: nowSeconds - 1, sub: undefined }))).toBe('401 invalid_token');
    expect(await codeOf(hs256({ ...good, exp: nowSeconds - 1 }, {}, 'x'.repeat(32)))).toBe('401 invalid_token');
  });

  it.each<[string, Json, string]>([
    ['absent', { typ: undefined }, 'accepted'],
    ['JWT', {}, 'accepted'],
    ['at+jwt', { typ: 'at+jwt' }, 'accepted'],
    ['refresh', { typ: 'refresh+jwt' }, '401 invalid_token'],
    ['dpop', { typ: 'dpop+jwt' }, '401 invalid_token'],
  ])('with the header type %s is accepted or refused by that type', async (_, header, answer) => {
    expect(await codeOf(hs256(good, header))).toBe(answer);
  });

  it('is refused with a critical extension that this server does not know', async () => {
    expect(await codeOf(hs256(good, { crit: ['x'], x: 1 }))).toBe('401 invalid_token');
  });

  it('must have a configured issuer and a configured audience', async () => {
    const subject = authenticator({ secret: SECRET, issuer: 'idp', audience: ['erp', 'sse'] });
    expect(await codeOf(hs256({ ...good, iss: 'idp', aud: ['x', 'sse'] }), subject)).toBe('accepted');
    expect(await codeOf(hs256({ ...good, iss: 'idp', aud: 'erp' }), subject)).toBe('accepted');
    expect(await codeOf(hs256({ ...good, iss: 'other', aud: 'erp' }), subject)).toBe('401 invalid_token');
    expect(await codeOf(hs256({ ...good, iss: 'idp', aud: 'x' }), subject)).toBe('401 invalid_token');
    expect(await codeOf(hs256({ ...good, aud: 'erp' }), subject)).toBe('401 invalid_token');
    expect(await codeOf(hs256({ ...good, iss: 'idp' }), subject)).toBe('401 invalid_token');
  });

  it.each(['', '.', '..', 'a.b.c', hs256(good).slice(0, -2), `${hs256(good)}x`, hs256([]), hs256('text'), hs256(null)])(
    'that is not a signed object is invalid: %j',
    async (token) => {
      expect(await codeOf(token)).toBe('401 invalid_token');
    },
  );
});

describe('the algorithm of a token', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ed = generateKeyPairSync('ed25519');
  const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

  it.each(['none', 'None', 'NONE', 'nOnE'])('%s opens nothing', async (alg) => {
    const unsigned = `${part({ alg })}.${part(good)}.`;
    expect(await codeOf(unsigned)).toBe('401 invalid_token');
    expect(await codeOf(unsigned, authenticator({ publicKey: pem(rsa.publicKey) }))).toBe('401 invalid_token');
  });

  it('must be a configured one: HS384 is not HS256', async () => {
    const head = `${part({ alg: 'HS384' })}.${part(good)}`;
    const token = `${head}.${createHmac('sha384', SECRET).update(head).digest('base64url')}`;
    expect(await codeOf(token)).toBe('401 invalid_token');
    expect(await codeOf(token, authenticator({ secret: SECRET, algorithms: ['HS384'] }))).toBe('accepted');
  });

  it.each([
    ['RS256', rsa],
    ['ES256', ec],
    ['EdDSA', ed],
  ] as const)('%s is verified with its public key', async (alg, pair) => {
    const subject = authenticator({ publicKey: pem(pair.publicKey) });
    expect(await codeOf(signed(alg, pair.privateKey, good), subject)).toBe('accepted');
    const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(await codeOf(signed('RS256', foreign.privateKey, good), subject)).toBe('401 invalid_token');
  });

  it('cannot turn a public key into a shared secret', async () => {
    const key = pem(rsa.publicKey);
    expect(await codeOf(hs256(good, {}, key), authenticator({ publicKey: key }))).toBe('401 invalid_token');
  });

  it('cannot bring its own key', async () => {
    const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = own.publicKey.export({ format: 'jwk' });
    const token = signed('RS256', own.privateKey, good, {
      jwk,
      jku: 'http://127.0.0.1:1/',
      x5u: 'http://127.0.0.1:1/',
    });
    expect(await codeOf(token, authenticator({ publicKey: pem(rsa.publicKey) }))).toBe('401 invalid_token');
  });
});

describe('the published keys of an identity provider', () => {
  const first = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const second = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = (pair: typeof first, kid: string): object => ({
    ...pair.publicKey.export({ format: 'jwk' }),
    kid,
    alg: 'ES256',
    use: 'sig',
  });
  let provider: Server;
  let fetches: number;
  let keys: object[];
  let status: number;
  let clock: StillClock;
  let subject: JwtAuthenticator;

  beforeEach(async () => {
    fetches = 0;
    keys = [jwk(first, 'k1')];
    status = 200;
    clock = new StillClock();
    provider = createServer((_, response) => {
      fetches++;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
    });
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    const { port } = provider.address() as AddressInfo;
    subject = authenticator({ jwksUri: `http://127.0.0.1:${port}/keys` }, clock);
  });

  afterEach(async () => {
    provider.closeAllConnections();
    await new Promise((resolve) => provider.close(resolve));
  });

  const tokenOf = (pair: typeof first, kid: string): string => signed('ES256', pair.privateKey, good, { kid });

  it('are fetched once for many tokens', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => codeOf(tokenOf(first, 'k1'), subject)));
    expect(new Set(answers)).toEqual(new Set(['accepted']));
    expect(fetches).toBe(1);
  });

  it('may rotate: a new key is found, and tokens of the old one stay valid', async () => {
    expect(await codeOf(tokenOf(first, 'k1'), subject)).toBe('accepted');
    keys = [jwk(first, 'k1'), jwk(second, 'k2')];
    clock.ms += 30_001;
    expect(await codeOf(tokenOf(second, 'k2'), subject)).toBe('accepted');
    expect(await codeOf(tokenOf(first, 'k1'), subject)).toBe('accepted');
    expect(fetches).toBe(2);
  });

  it('are fetched at most every 30 s during a flood of invented key ids', async () => {
    await codeOf(tokenOf(first, 'k1'), subject);
    clock.ms += 30_001;
    for (let i = 0; i < 50; i++) expect(await codeOf(tokenOf(second, `odd-${i}`), subject)).toBe('401 invalid_token');
    expect(fetches).toBe(2);
    status = 500;
    clock.ms += 30_001;
    for (let i = 0; i < 50; i++) await codeOf(tokenOf(second, `odd-${i}`), subject);
    expect(fetches).toBe(3);
  });

  it('stay in use while the provider is unavailable', async () => {
    await codeOf(tokenOf(first, 'k1'), subject);
    status = 503;
    clock.ms += 700_000;
    expect(await codeOf(tokenOf(first, 'k1'), subject)).toBe('accepted');
  });

  it('are dropped once the provider withdraws them', async () => {
    await codeOf(tokenOf(first, 'k1'), subject);
    keys = [jwk(second, 'k2')];
    clock.ms += 700_000;
    expect(await codeOf(tokenOf(first, 'k1'), subject)).toBe('401 invalid_token');
  });

  it('are fetched from the configured address, never from one that a token names', async () => {
    let foreignFetches = 0;
    const foreign = createServer((_, response) => {
      foreignFetches += 1;
      response.end(JSON.stringify({ keys: [jwk(second, 'k2')] }));
    });
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}/keys`;
    await codeOf(tokenOf(first, 'k1'), subject);
    clock.ms += 30_001;
    for (const header of [
      { jku: url },
      { x5u: url },
      { kid: url },
      { kid: '../../etc/passwd' },
      { jwk: jwk(second, 'k2') },
    ]) {
      const token = signed('ES256', second.privateKey, good, { kid: 'k2', ...header });
      expect(await codeOf(token, subject)).toBe('401 invalid_token');
    }
    expect([foreignFetches, fetches]).toEqual([0, 2]);
    await new Promise((resolve) => foreign.close(resolve));
  });

  it('are read up to a size limit', async () => {
    let written = 0;
    const endless = createServer((_, response) => {
      const write = (): void => {
        for (; written < 1e9; written += 65_536) if (!response.write(Buffer.alloc(65_536, 32))) break;
        response.once('drain', write);
      };
      write();
    });
    await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve));
    const { port } = endless.address() as AddressInfo;
    const reader = authenticator({ jwksUri: `http://127.0.0.1:${port}/keys` }, clock);
    expect(await codeOf(tokenOf(first, 'k1'), reader)).toBe('503 internal_error');
    expect(written).toBeLessThan(100_000_000);
    endless.closeAllConnections();
    await new Promise((resolve) => endless.close(resolve));
  });

  it('that were never fetched make the service unavailable, not the token invalid', async () => {
    status = 503;
    expect(await codeOf(tokenOf(first, 'k1'), subject)).toBe('503 internal_error');
    expect(await codeOf(tokenOf(first, 'k1'), subject)).toBe('503 internal_error');
    expect(fetches).toBe(1);
  });
});
