import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Logger, type LoggerService, UseFilters, UseGuards } from '@nestjs/common';
import { CurrentPrincipal, ProblemFilter, RequirePermission } from '@nest-herald/platform/http';
import type { Principal } from '@nest-herald/platform';
import {
  type RefusalDiagnostic,
  SseAuthGuard,
  STREAM_ALIASES,
  type TopicAuthorizer,
  type TopicResolver,
} from '@nest-herald/sse';
import type { RawStream } from '../support/raw-stream.js';
import { SseApp, type SseAppParts, type TestClaims, testToken } from '../support/sse-app.js';
import { until } from '../support/until.js';

const STREAM = '/api/v1/sse/stream';
const past = 1_000_000_000;

let sse: SseApp;
const start = async (parts?: SseAppParts): Promise<SseApp> => (sse = await SseApp.start(parts));
afterEach(() => sse.stop());

/** A controller of a host that uses the guard of the module. */
@Controller('erp')
@UseGuards(SseAuthGuard)
@UseFilters(ProblemFilter)
class ErpController {
  @Get('me')
  me(@CurrentPrincipal() principal: Principal): { id: string } {
    return { id: `${principal.tenantId}/${principal.userId}` };
  }

  @Get('invoices')
  @RequirePermission('invoice:read')
  invoices(): string[] {
    return ['INV-9'];
  }
}

describe('a refused stream', () => {
  it.each<[string, string, TestClaims | null, Record<string, string>, number, string]>([
    ['without a credential', STREAM, null, {}, 401, 'missing_token'],
    ['with an expired token', STREAM, { exp: past }, {}, 401, 'token_expired'],
    ['with a token without exp', STREAM, { exp: undefined }, {}, 401, 'invalid_token'],
    ['with a refresh token', STREAM, { token_use: 'refresh' }, {}, 401, 'invalid_token'],
    ['with an unknown ticket', `${STREAM}?ticket=x`, null, {}, 401, 'invalid_ticket'],
    ['with a token in the URL', `${STREAM}?token=x`, {}, {}, 400, 'token_in_url'],
    ['with an access token in the URL', `${STREAM}?access_token=x`, null, { accept: 'x/y' }, 400, 'token_in_url'],
    ['with an impossible topic', `${STREAM}?topics=a::b`, { topics: ['**'] }, {}, 400, 'invalid_topic'],
    ['with an encoded separator', `${STREAM}?topic=a%253Ab`, { topics: ['**'] }, {}, 400, 'invalid_topic'],
    [
      'with too many topics',
      `${STREAM}?topics=${Array(51)
        .fill('')
        .map((_, i) => `t${i}`)
        .join()}`,
      { topics: ['*'] },
      {},
      400,
      'too_many_topics',
    ],
    ['with a forbidden topic', `${STREAM}?topics=doc:1`, {}, {}, 403, 'topic_forbidden'],
    ['with a reserved topic', `${STREAM}?topics=presence`, { topics: ['**'] }, {}, 403, 'topic_forbidden'],
    ['for a client that wants JSON', STREAM, {}, { accept: 'application/json' }, 406, 'not_acceptable'],
    ['with a target beyond 12 KiB', `${STREAM}?x=${'x'.repeat(12_288)}`, {}, {}, 414, 'uri_too_long'],
  ])('%s is a problem document', async (_, path, claims, headers, status, code) => {
    await start();
    const stream = await sse.raw(path, {
      headers: {
        accept: 'text/event-stream',
        ...(claims === null ? {} : { authorization: `Bearer ${testToken(claims)}` }),
        ...headers,
      },
    });
    const body = JSON.parse(await stream.end()) as Record<string, unknown>;
    expect(stream.status).toBe(status);
    expect(stream.headers['content-type']).toBe('application/problem+json');
    expect(body).toMatchObject({ type: 'about:blank', status, code, requestId: expect.stringMatching(/^[\w-]{16}$/) });
    expect(stream.headers['x-request-id']).toBe(body.requestId);
    expect(stream.headers['www-authenticate']?.startsWith('Bearer') ?? false).toBe(status === 401);
  });

  it('is the same for every fault of a token', async () => {
    await start();
    const faulty = [
      testToken({}, 'another secret of thirty-two bytes!'),
      testToken({ tenant_id: undefined }),
      testToken({ user_id: 'bob' }),
      testToken({ nbf: 9_999_999_999 }),
      'not.a.token',
    ];
    const bodies = new Set<string>();
    const reasons: unknown[] = [];
    const keep = (message: unknown): void => void reasons.push((message as RefusalDiagnostic).reason);
    subscribe('nest-herald:sse:refused', keep);
    for (const token of faulty) {
      const stream = await sse.raw(STREAM, { headers: { authorization: `Bearer ${token}`, 'x-request-id': 'r1' } });
      bodies.add(await stream.end());
    }
    unsubscribe('nest-herald:sse:refused', keep);
    // Operators get the reasons that the requester does not.
    expect(reasons).toEqual([
      expect.stringContaining('signature'),
      'tenant_id contains no valid tenant id',
      'sub and user_id name different users',
      'nbf is in the future',
      expect.stringContaining('not a token'),
    ]);
    expect([...bodies].join()).not.toMatch(/reason|tenant_id|signature|nbf/);
    expect([...bodies]).toEqual([expect.stringContaining('"code":"invalid_token"')]);
  });

  it('answers HEAD with the same status and no body', async () => {
    await start();
    const head = await sse.raw(STREAM, { method: 'HEAD' });
    expect(await head.end()).toBe('');
    expect(head.status).toBe(401);
  });

  it('keeps a token in the URL out of every log line and response', async () => {
    const lines: unknown[] = [];
    const keep = (...line: unknown[]): void => void lines.push(line);
    const logger: LoggerService = { log: keep, warn: keep, error: keep, debug: keep, verbose: keep, fatal: keep };
    const broken: TopicAuthorizer = { mayFollow: () => Promise.reject(new Error('broken rule')) };
    await start({ logger, options: { topicAuthorizer: broken } });
    const canary = testToken({ sub: 'canary' });
    const answers = [
      await sse.raw(`${STREAM}?token=${canary}`),
      await sse.raw(`${STREAM}?ticket=${canary}`),
      await sse.raw(`${STREAM}?topics=a`, { headers: { authorization: `Bearer ${canary}` } }),
      await sse.raw(`${STREAM}`, { headers: { cookie: `herald_session=${canary}x` } }),
    ];
    const text = (await Promise.all(answers.map((answer) => answer.end()))).join();
    expect(JSON.stringify(lines)).toContain('broken rule');
    expect(JSON.stringify(lines) + text).not.toContain(canary);
  });

  it('fails the test when the application logs a token, ticket or cookie, like every test of the suite', async () => {
    for (const secret of [testToken(), `?ticket=${'t'.repeat(43)}`, `cookie: herald_session=${testToken()}`]) {
      await start();
      new Logger('Host').warn(`A client sent ${secret}`);
      await expect(sse.stop()).rejects.toThrow(/wrote a (token|ticket|session cookie) to its log/);
    }
    await start();
  });

  it('fails closed when the topic rule throws or hangs', async () => {
    const mayFollow: TopicAuthorizer['mayFollow'] = (_, topic) =>
      topic === 'hangs' ? new Promise(() => undefined) : Promise.reject(new Error('broken'));
    await start({ options: { topicAuthorizer: { mayFollow }, topicDecisionTimeoutMs: 100 } });
    await Promise.all(
      ['hangs', 'throws'].map(async (topic) => {
        expect(await sse.call('GET', `${STREAM}?topics=${topic}`)).toMatchObject({
          status: 403,
          body: { denied: [topic] },
        });
      }),
    );
  });

  it('releases the slot when the topic resolver hangs', async () => {
    let hangs = true;
    const topicResolver: TopicResolver = { topicsOf: () => (hangs ? new Promise(() => undefined) : []) };
    await start({
      options: { topicResolver, topicDecisionTimeoutMs: 100, maxConnectionsPerUser: 1, connectsPerMinute: 0 },
    });
    expect(await sse.call('GET', STREAM)).toMatchObject({ status: 503, body: { code: 'internal_error' } });
    hangs = false;
    await sse.open();
  });

  it('takes no slot: after any number of refusals the one allowed stream still opens', async () => {
    await start({ options: { maxConnectionsPerUser: 1, connectsPerMinute: 0 } });
    for (let i = 0; i < 5; i++) {
      await sse.call('GET', `${STREAM}?topics=a::b`);
      await sse.call('GET', `${STREAM}?topics=forbidden`);
      const foreign = await sse.raw(STREAM, {
        headers: { cookie: `herald_session=${testToken()}`, origin: 'https://evil.example' },
      });
      expect(await foreign.end()).toContain('origin_forbidden');
    }
    await sse.open();
  });
});

describe('a transient refusal', () => {
  beforeEach(async () => {
    await start({ options: { maxConnectionsPerUser: 1 } });
    await sse.open();
  });
  const again = (accept: string | null, method = 'GET'): ReturnType<SseApp['raw']> =>
    sse.raw(STREAM, {
      method,
      headers: { authorization: `Bearer ${testToken()}`, ...(accept === null ? {} : { accept }) },
    });

  it('of a browser is a stream that sends close with reconnect, and ends', async () => {
    const stream = await again('text/event-stream');
    const text = await stream.end();
    expect(stream.status).toBe(200);
    expect(stream.headers['content-type']).toBe('text/event-stream');
    expect(stream.headers['content-length']).toBeUndefined();
    const match =
      /^retry: (\d+)\n\nevent: close\ndata: \{"reason":"limit","reconnect":true,"retryMs":(\d+)\}\n\n$/.exec(text);
    expect(match?.[1]).toBe(match?.[2]);
    expect(Number(match?.[1])).toBeGreaterThanOrEqual(5_000);
    expect(Number(match?.[1])).toBeLessThanOrEqual(30_000);
  });

  it.each([null, '*/*', 'text/event-stream, application/problem+json'])(
    'of a client that can read a status is that status: Accept %j',
    async (accept) => {
      const stream = await again(accept);
      expect(JSON.parse(await stream.end())).toMatchObject({ status: 429, code: 'connection_limit' });
      expect(Number(stream.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    },
  );

  it('is never soft for HEAD', async () => {
    const stream = await again('text/event-stream', 'HEAD');
    expect(await stream.end()).toBe('');
    expect(stream.status).toBe(429);
    expect(stream.headers['retry-after']).toBeDefined();
  });

  it('is never soft for an operation beside the stream', async () => {
    await sse.stop();
    await start({ options: { connectsPerMinute: 1 } });
    const ticket = (): ReturnType<SseApp['raw']> =>
      sse.raw('/api/v1/sse/tickets', {
        method: 'POST',
        headers: { authorization: `Bearer ${testToken()}`, accept: 'text/event-stream' },
      });
    expect((await ticket()).status).toBe(201);
    const refused = await ticket();
    expect(JSON.parse(await refused.end())).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  });
});

describe('an alias of the stream', () => {
  it('accepts and refuses as the stream does: HEAD, cookie, ticket, URL, Accept, softly and not', async () => {
    await start({ extras: { aliases: true }, options: { maxConnectionsPerUser: 1, connectsPerMinute: 0 } });
    const bearer = { authorization: `Bearer ${testToken()}` };
    const cookie = { cookie: `herald_session=${testToken()}` };
    const own = `/${STREAM.slice(1)}`;
    const answers: Record<string, unknown> = {};
    for (const path of [own, ...STREAM_ALIASES.map((alias) => `/${alias}`)]) {
      const said: unknown[] = [];
      const ask = async (method: string, query: string, headers: Record<string, string>): Promise<void> => {
        const { status, headers: got, ...stream } = await answerOf(method, `${path}${query}`, headers);
        said.push([status, got['content-type'], got['cache-control'], got['www-authenticate'], stream.text]);
      };
      await ask('HEAD', '', bearer);
      await ask('HEAD', '', {});
      await ask('GET', '', {});
      await ask('GET', '?token=x', bearer);
      await ask('GET', '', { ...bearer, accept: 'application/json' });
      await ask('GET', '', { ...cookie, origin: 'https://evil.example' });
      await ask('GET', '?topics=a::b', bearer);
      const ticket = String((await sse.call('POST', '/api/v1/sse/tickets')).body?.ticket);
      const open = await sse.raw(`${path}?ticket=${ticket}`);
      await open.event('connected');
      await ask('GET', `?ticket=${ticket}`, {});
      for (const accept of ['text/event-stream', '*/*']) await ask('GET', '', { ...cookie, accept });
      await ask('HEAD', '', { ...cookie, accept: 'text/event-stream' });
      open.destroy();
      await until('the slot is free', () => sse.broker.stats(null).connections === 0);
      answers[path] = said;
    }
    const expected = answers[own] as unknown[][];
    expect(expected.map(([status]) => status)).toEqual([200, 401, 401, 400, 406, 403, 400, 401, 200, 429, 429]);
    for (const said of Object.values(answers)) expect(said).toEqual(expected);
  });

  const answerOf = async (
    method: string,
    path: string,
    headers: Record<string, string>,
  ): Promise<{ status: number; headers: RawStream['headers']; text: string }> => {
    const stream = await sse.raw(path, { method, headers: { 'x-request-id': 'r1', ...headers } });
    // The reconnect delay is random.
    const text = (await stream.end()).replaceAll(/(retry: |"retryMs":)\d+/g, '$1n');
    return { status: stream.status, headers: stream.headers, text };
  };
});

describe('limits of a user', () => {
  it('cannot be bypassed by a forged X-Forwarded-For, X-Real-IP or Forwarded header', async () => {
    await start({ options: { maxConnectionsPerUser: 1, connectsPerMinute: 60, connectBurst: 3 } });
    await sse.open();
    const codes = new Set<string>();
    for (let i = 1; i <= 5; i++) {
      const address = `203.0.113.${i}`;
      const stream = await sse.raw(STREAM, {
        headers: {
          authorization: `Bearer ${testToken()}`,
          'x-forwarded-for': address,
          'x-real-ip': address,
          forwarded: `for=${address}`,
        },
      });
      codes.add((JSON.parse(await stream.end()) as { code: string }).code);
    }
    expect([...codes]).toEqual(['connection_limit', 'rate_limited']);
  });
});

describe('the credentials of a stream', () => {
  const ticketOf = async (claims: TestClaims = {}): Promise<string> => {
    const answer = await sse.call('POST', '/api/v1/sse/tickets', claims);
    expect(answer).toMatchObject({ status: 201, body: { tenantId: 'acme', userId: claims.sub ?? 'ann' } });
    return String(answer.body?.ticket);
  };
  const userOf = async (query: string, headers: Record<string, string>): Promise<string> => {
    const stream = await sse.raw(`${STREAM}${query}`, { headers });
    if (stream.status !== 200) return `${stream.status} ${(JSON.parse(await stream.end()) as { code: string }).code}`;
    await stream.event('connected');
    const online = await sse.broker.onlineUsers('acme');
    stream.destroy();
    while ((await sse.broker.onlineUsers('acme')).total > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    return online.items.map((user) => user.userId).join();
  };

  it('are checked in the order header, ticket, cookie, URL', async () => {
    await start({ options: { allowQueryToken: true } });
    const bearer = { authorization: `Bearer ${testToken({ sub: 'header' })}` };
    const cookie = { cookie: `herald_session=${testToken({ sub: 'cookie' })}` };
    const inUrl = `token=${testToken({ sub: 'url' })}`;
    const ticket = await ticketOf({ sub: 'ticket' });
    expect(await userOf(`?ticket=${ticket}&${inUrl}`, { ...bearer, ...cookie })).toBe('header');
    expect(await userOf(`?ticket=${ticket}&${inUrl}`, cookie)).toBe('ticket');
    expect(await userOf(`?ticket=${ticket}&${inUrl}`, cookie)).toBe('cookie');
    expect(await userOf(`?${inUrl}`, {})).toBe('url');
  });

  it('let exactly one of many concurrent requests use a ticket, over any transport', async () => {
    await start({ extras: { aliases: true } });
    for (let round = 0; round < 5; round++) {
      const ticket = await ticketOf();
      const paths = [STREAM, STREAM, '/events', '/events', STREAM, '/stream', STREAM, STREAM];
      const all = await Promise.all(paths.map((path) => sse.raw(`${path}?ticket=${ticket}`)));
      const statuses = all.map((stream) => stream.status).toSorted((a, b) => a - b);
      expect(statuses).toEqual([200, ...Array.from({ length: paths.length - 1 }, () => 401)]);
      for (const stream of all) stream.destroy();
    }
  });

  it('bind a ticket to the origin that requested it', async () => {
    await start();
    const ticket = await ticketOf();
    expect(await userOf(`?ticket=${ticket}`, { origin: 'https://evil.example' })).toBe('401 invalid_ticket');
    expect(await userOf(`?ticket=${ticket}`, {})).toBe('401 invalid_ticket');
  });

  it('refuse a cookie from a page of another origin, on the stream and on every operation', async () => {
    await start();
    const cookie = `herald_session=${testToken({ roles: ['admin'] })}`;
    for (const [method, path] of [
      ['GET', STREAM],
      ['POST', '/api/v1/sse/tickets'],
      ['POST', '/api/v1/sse/send'],
      ['GET', '/api/v1/sse/stats'],
    ] as const) {
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { 'sec-fetch-site': 'cross-site' },
      ]) {
        const answer = await sse.raw(path, { method, headers: { cookie, ...headers } });
        expect(JSON.parse(await answer.end())).toMatchObject({ status: 403, code: 'origin_forbidden' });
      }
    }
    expect(await userOf('', { cookie })).toBe('ann');
    expect(await userOf('', { cookie, origin: sse.url, 'sec-fetch-site': 'same-origin' })).toBe('ann');
  });
});

describe('the guard of the module', () => {
  it('guards controllers of the host: identity, permissions, problem documents', async () => {
    await start({ controllers: [ErpController] });
    expect(await sse.call('GET', '/erp/me', { sub: 'bob', tenant_id: 'beta' })).toMatchObject({
      status: 200,
      body: { id: 'beta/bob' },
    });
    expect(await sse.call('GET', '/erp/me', null)).toMatchObject({ status: 401, body: { code: 'missing_token' } });
    expect(await sse.call('GET', '/erp/me?token=x')).toMatchObject({ status: 400, body: { code: 'token_in_url' } });
    expect(await sse.call('GET', '/erp/invoices')).toMatchObject({
      status: 403,
      body: { code: 'forbidden', permission: 'invoice:read' },
    });
    for (const claims of [{ permissions: ['invoice:read'] }, { permissions: ['invoice:*'] }, { roles: ['admin'] }]) {
      expect((await sse.call('GET', '/erp/invoices', claims)).status).toBe(200);
    }
  });
});
