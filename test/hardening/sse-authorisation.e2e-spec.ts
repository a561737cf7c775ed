import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryEventLog, type RevocationStore } from '@nest-herald/sse/spi';
import type { TopicAuthorizer } from '@nest-herald/sse';
import type { Principal } from '@nest-herald/platform';
import type { RawStream } from '../support/raw-stream.js';
import { type Answer, SseApp, type SseAppParts, type TestClaims, testToken } from '../support/sse-app.js';

/** Authorisation in one process. For the built service and two servers: test/e2e/service-control. */
let sse: SseApp;
const start = async (parts?: SseAppParts): Promise<SseApp> => (sse = await SseApp.start(parts));
afterEach(() => sse.stop());

const API = '/api/v1/sse';
const admin: TestClaims = { sub: 'boss', roles: ['admin'] };
const idOf = (stream: RawStream): string =>
  (JSON.parse(stream.blocks[0]?.data ?? '') as { connectionId: string }).connectionId;
const ticks = (stream: RawStream): readonly string[] =>
  stream.blocks.filter(({ event }) => event === 'tick').map(({ data }) => data ?? '');
const tick = (data: string): { event: string; data: string } => ({ event: 'tick', data });
const control = (method: string, path: string, claims: TestClaims = {}, body?: unknown): Promise<Answer> =>
  sse.call(method, `${API}/${path}`, claims, body);

describe('a revocation', () => {
  it('closes a stream between two events, however many are being published', async () => {
    await start();
    const [stream, witness] = [await sse.open(), await sse.open({ sub: 'bob' })];
    const sent: Promise<void>[] = [];
    for (let n = 0; n < 50; n++) sent.push(sse.broker.sendToTenant('acme', tick(`before ${n}`)));
    await Promise.all(sent);
    await sse.broker.revoke('acme', { userId: 'ann' as Principal['userId'] });
    for (let n = 0; n < 50; n++) await sse.broker.sendToTenant('acme', tick(`later ${n}`));
    await witness.until(() => ticks(witness).length === 100);
    await stream.end();
    expect(ticks(stream).filter((data) => data.startsWith('later'))).toEqual([]);
    expect(stream.blocks.at(-1)).toMatchObject({ event: 'close', data: expect.stringContaining('"revoked"') });
  });

  it('refuses a stream that was admitted before it and opens after it', async () => {
    const gate: { enter?: () => void; leave?: () => void } = {};
    const entered = new Promise<void>((resolve) => (gate.enter = resolve));
    const left = new Promise<void>((resolve) => (gate.leave = resolve));
    let isSlow = true;
    await start({
      options: {
        audienceResolver: {
          keysOf: async () => {
            if (isSlow) {
              isSlow = false;
              gate.enter?.();
              await left;
            }
            return [];
          },
        },
      },
    });
    const headers = { accept: '*/*', authorization: `Bearer ${testToken({ sid: 's-1' })}` };
    const opening = sse.raw(`${API}/stream`, { headers });
    await entered;
    await sse.broker.revoke('acme', { sessionId: 's-1' });
    gate.leave?.();
    const stream = await opening;
    await stream.end();
    expect([stream.status, stream.text]).toEqual([401, expect.stringContaining('"invalid_token"')]);
    expect(sse.broker.stats('acme').connections).toBe(0);
  });

  it('refuses the refresh with a revoked token, and the stream continues', async () => {
    await start();
    const stream = await sse.open({ jti: 'old' });
    await sse.broker.revoke('acme', { tokenId: 'new' });
    expect(await control('POST', `connections/${idOf(stream)}/token`, { jti: 'new' })).toMatchObject({
      status: 401,
      body: { code: 'invalid_token' },
    });
    await sse.broker.sendToUser('acme', 'ann', tick('still'));
    await stream.until(() => ticks(stream).includes('still'));
  });

  it('applies to the token that the stream has after a refresh', async () => {
    await start();
    const stream = await sse.open({ jti: 'old' });
    expect((await control('POST', `connections/${idOf(stream)}/token`, { jti: 'new' })).status).toBe(200);
    await sse.broker.revoke('acme', { tokenId: 'old' });
    await sse.broker.sendToUser('acme', 'ann', tick('still'));
    await stream.until(() => ticks(stream).includes('still'));
    await sse.broker.revoke('acme', { tokenId: 'new' });
    expect(await stream.end()).toContain('"revoked"');
  });

  it('fails closed: without the store of revocations, every stream is refused', async () => {
    const revocationStore: RevocationStore = {
      revoke: () => Promise.reject(new Error('away')),
      active: () => Promise.reject(new Error('away')),
      covers: () => Promise.reject(new Error('away')),
    };
    await start({ options: { revocationStore } });
    for (const [method, path] of [
      ['POST', 'tickets'],
      ['GET', 'stream'],
      ['GET', 'stats'],
    ] as const) {
      expect([path, (await control(method, path, admin)).status]).toEqual([path, 500]);
    }
    expect((await control('POST', 'revocations', admin, { tenant: true })).status).toBe(500);
    expect(sse.broker.stats(null).connections).toBe(0);
  });
});

describe('a lost right', () => {
  it('narrows an open stream when it is reauthorised after the directory removed a role', async () => {
    let roles = ['role:buyer', 'dept:7'];
    await start({ options: { audienceResolver: { keysOf: () => roles } } });
    const stream = await sse.open();
    await sse.broker.sendToRole('acme', 'buyer', tick('as buyer'));
    await stream.until(() => ticks(stream).includes('as buyer'));
    roles = ['dept:7'];
    await sse.broker.reauthorize('acme', 'ann');
    await sse.broker.sendToRole('acme', 'buyer', tick('no more'));
    await sse.broker.send('acme', 'dept:7', tick('still'));
    await stream.until(() => ticks(stream).includes('still'));
    expect(ticks(stream)).toEqual(['as buyer', 'still']);
  });

  it('applies to a replay: events from before the loss are no longer sent', async () => {
    await start({ options: { eventLog: new MemoryEventLog() } });
    const first = await sse.open({ roles: ['buyer'] });
    const cursor = first.blocks[0]?.id ?? '';
    await sse.broker.sendToRole('acme', 'buyer', tick('for buyers'));
    await sse.broker.sendToUser('acme', 'ann', tick('for ann'));
    const later = await sse.open({ roles: [] }, '', { 'last-event-id': cursor });
    await later.until(() => ticks(later).includes('for ann'));
    expect(ticks(later)).toEqual(['for ann']);
  });

  it('is not regained through a directory that returns keys of others, or those of control records', async () => {
    let keys: string[] = [];
    await start({ options: { audienceResolver: { keysOf: () => keys } } });
    const stream = await sse.open();
    for (const forbidden of ['user:bob', 'tenant', 'topic:a', 'users', '!control']) {
      keys = [forbidden];
      expect([forbidden, (await control('POST', `connections/${idOf(stream)}/token`)).status]).toEqual([
        forbidden,
        503,
      ]);
    }
    keys = [];
    await sse.broker.sendToUser('acme', 'bob', tick('for bob'));
    await sse.broker.sendToUser('acme', 'ann', tick('for ann'));
    await stream.until(() => ticks(stream).includes('for ann'));
    expect(ticks(stream)).toEqual(['for ann']);
  });
});

describe('a topic authoriser', () => {
  const rules: Readonly<Record<string, TopicAuthorizer['mayFollow']>> = {
    throws: () => {
      throw new Error('broken');
    },
    rejects: () => Promise.reject(new Error('broken')),
    hangs: () => new Promise<boolean>(() => undefined),
    'answers with something true that is not true': () => 'yes' as unknown as boolean,
  };

  it.each(Object.keys(rules))(
    'that %s fails closed: when a stream opens, at a token refresh, at a change of topics',
    async (how) => {
      let mayFollow: TopicAuthorizer['mayFollow'] = () => true;
      await start({
        options: {
          topicAuthorizer: { mayFollow: (principal, topic) => mayFollow(principal, topic) },
          topicDecisionTimeoutMs: 100,
        },
      });
      const stream = await sse.open({}, '?topics=doc:1');
      mayFollow = rules[how] ?? mayFollow;
      const id = idOf(stream);
      const forbidden = { status: 403, body: { code: 'topic_forbidden' } };
      expect(await control('GET', 'stream?topics=doc:1')).toMatchObject(forbidden);
      expect(await control('PUT', `connections/${id}/topics`, {}, { topics: ['doc:2'] })).toMatchObject(forbidden);
      expect(await control('POST', `connections/${id}/token`)).toMatchObject({
        status: 200,
        body: { topics: [], denied: ['doc:1'] },
      });
      await sse.broker.sendToTopic('acme', 'doc:1', tick('document'));
      await sse.broker.sendToUser('acme', 'ann', tick('for ann'));
      await stream.until(() => ticks(stream).includes('for ann'));
      expect(ticks(stream)).toEqual(['for ann']);
    },
  );
});

describe('invalid connection ids', () => {
  it.each([
    '..',
    '.',
    'a.b',
    '%00',
    `%2e%2e%2f${'0'.repeat(22)}`,
    `x.${'0'.repeat(2_000)}`,
    "n.'; DROP TABLE x; --      ",
  ])('are 404: %s', async (id) => {
    await start();
    const path = `connections/${id.startsWith('%') ? id : encodeURIComponent(id)}/topics`;
    expect((await control('PUT', path, {}, { topics: [] })).status).toBe(404);
  });
});
