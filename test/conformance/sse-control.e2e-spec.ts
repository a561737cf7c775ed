import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryEventLog } from '@nest-herald/sse/spi';
import type { TopicAuthorizer } from '@nest-herald/sse';
import { ManualClock, MemoryLogStore } from '@nest-herald/sse/testing';
import type { Block, RawStream } from '../support/raw-stream.js';
import { type Answer, SseApp, type SseAppParts, type TestClaims, testToken } from '../support/sse-app.js';

/** The clauses P60 to P64 of PROTOCOL.md on real sockets through Nest, in one process. For two servers: test/e2e/service-control. */
let sse: SseApp;
const start = async (parts?: SseAppParts): Promise<SseApp> => (sse = await SseApp.start(parts));
afterEach(() => sse.stop());

const API = '/api/v1/sse';
const UNKNOWN = `${'n'.repeat(12)}.${'0'.repeat(22)}`;
const admin: TestClaims = { sub: 'boss', roles: ['admin'] };
const dataOf = (block: Block | undefined): Record<string, unknown> =>
  JSON.parse(block?.data ?? 'null') as Record<string, unknown>;
const idOf = (stream: RawStream): string => String(dataOf(stream.blocks[0]).connectionId);
const refresh = (id: string, claims: TestClaims): Promise<Answer> =>
  sse.call('POST', `${API}/connections/${id}/token`, claims);
const follow = (id: string, topics: unknown, claims: TestClaims = {}): Promise<Answer> =>
  sse.call('PUT', `${API}/connections/${id}/topics`, claims, { topics });
const close = (id: string, claims: TestClaims = {}): Promise<Answer> =>
  sse.call('DELETE', `${API}/connections/${id}`, claims);
const revoke = (body: unknown, claims: TestClaims = admin): Promise<Answer> =>
  sse.call('POST', `${API}/revocations`, claims, body);
const toTopic = (topic: string, data: string): Promise<void> =>
  sse.broker.sendToTopic('acme', topic, { event: 'tick', data });
const toAnn = (data: string): Promise<void> => sse.broker.sendToUser('acme', 'ann', { event: 'tick', data });
const ticks = (stream: RawStream): readonly string[] =>
  stream.blocks.filter(({ event }) => event === 'tick').map(({ data }) => data ?? '');
/** The events of the stream, after everything that was published before has arrived. */
const settled = async (stream: RawStream): Promise<readonly string[]> => {
  const barrier = `barrier ${(barriers += 1)}`;
  await toAnn(barrier);
  await stream.until(() => ticks(stream).includes(barrier));
  return ticks(stream).filter((data) => !data.startsWith('barrier '));
};
let barriers = 0;
/** A response without the parts that differ between any two refusals. */
const words = ({ status, body }: Answer): unknown => ({ status, ...body, requestId: '' });

describe('a new token on an open stream', () => {
  it('P60: replaces keys and topics by those that it grants', async () => {
    await start();
    const stream = await sse.open({ roles: ['buyer'], topics: ['doc:*', 'job:1'] }, '?topics=doc:1,job:1');
    const exp = Math.floor(Date.now() / 1_000) + 7_200;
    expect(await refresh(idOf(stream), { roles: ['seller'], topics: ['job:1'], exp })).toMatchObject({
      status: 200,
      body: { expiresAt: new Date(exp * 1_000).toISOString(), topics: ['job:1'], denied: ['doc:1'] },
    });
    await sse.broker.sendToRole('acme', 'buyer', { event: 'tick', data: 'to buyers' });
    await sse.broker.sendToRole('acme', 'seller', { event: 'tick', data: 'to sellers' });
    await toTopic('doc:1', 'document');
    await toTopic('job:1', 'job');
    expect(await settled(stream)).toEqual(['to sellers', 'job']);
    expect(await refresh(idOf(stream), { topics: ['doc:*', 'job:1'] })).toMatchObject({
      body: { topics: ['job:1', 'doc:1'], denied: [] },
    });
    await toTopic('doc:1', 'again');
    expect(await settled(stream)).toEqual(['to sellers', 'job', 'again']);
  });

  it('P60, P38: moves the announcement and the end of the stream to its own expiry', async () => {
    const clock = new ManualClock();
    await start({ options: { clock, eventLog: new MemoryEventLog(new MemoryLogStore('log', clock)) } });
    const now = clock.now().getTime() / 1_000;
    const stream = await sse.open({ iat: now, exp: now + 300 });
    expect((await refresh(idOf(stream), { iat: now, exp: now + 900 })).status).toBe(200);
    clock.advance(301_000);
    await stream.event('heartbeat');
    expect(stream.text).not.toContain('session.expiring');
    clock.advance(540_000);
    expect(dataOf(await stream.event('session.expiring'))).toEqual({ at: new Date((now + 900) * 1_000).toISOString() });
    clock.advance(60_000);
    await stream.end();
    expect(dataOf(stream.blocks.at(-1))).toMatchObject({ reason: 'token_expired', reconnect: false });
  });

  it('P60: of another user or tenant is refused, and the stream continues unchanged', async () => {
    await start();
    const stream = await sse.open({ topics: ['doc:*'] }, '?topics=doc:1');
    for (const other of [{ sub: 'bob' }, { tenant_id: 'beta' }, { ...admin, topics: [] }]) {
      expect(await refresh(idOf(stream), other)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    expect(await refresh(UNKNOWN, {})).toMatchObject({ status: 404, body: { code: 'not_found' } });
    await toTopic('doc:1', 'still');
    expect(await settled(stream)).toEqual(['still']);
  });

  it('P61: loses and duplicates no event, however often it is refreshed while events arrive', async () => {
    await start();
    const stream = await sse.open({ topics: ['doc:*'] }, '?topics=doc:1');
    const wanted: string[] = [];
    const publishing = (async () => {
      for (let n = 0; n < 300; n++) {
        wanted.push(`${n}`);
        await (n % 2 === 0 ? toAnn(`${n}`) : toTopic('doc:1', `${n}`));
        if (n % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let n = 0; n < 12; n++) {
      expect((await refresh(idOf(stream), { topics: n % 2 === 0 ? ['**'] : ['doc:1'] })).status).toBe(200);
    }
    await publishing;
    expect(await settled(stream)).toEqual(wanted);
  });

  it('P60: is not undone by a slower reauthorisation with the old claims', async () => {
    let release: (() => void) | undefined;
    let asked = 0;
    const topicAuthorizer: TopicAuthorizer = {
      mayFollow: async ({ roles }) => {
        asked += 1;
        if (release === undefined && asked > 1) await new Promise<void>((resolve) => (release = resolve));
        return roles.includes('reader');
      },
    };
    await start({ options: { topicAuthorizer, topicDecisionTimeoutMs: 30_000 } });
    const stream = await sse.open({ roles: ['reader'] }, '?topics=doc:1');
    const reauthorizing = sse.broker.reauthorize('acme');
    while (release === undefined) await new Promise((resolve) => setImmediate(resolve));
    const refreshing = refresh(idOf(stream), { roles: [] });
    release();
    await reauthorizing;
    expect(await refreshing).toMatchObject({ status: 200, body: { topics: [], denied: ['doc:1'] } });
    await toTopic('doc:1', 'not any more');
    expect(await settled(stream)).toEqual([]);
  });
});

describe('the topics of an open stream', () => {
  it('P62: are replaced without a reconnect, and a refusal changes nothing', async () => {
    await start();
    const claims = { topics: ['doc:*'] };
    const stream = await sse.open(claims, '?topics=doc:1');
    expect(await follow(idOf(stream), ['doc:2', 'doc:2'], claims)).toMatchObject({
      status: 200,
      body: { topics: ['doc:2'], denied: [] },
    });
    await toTopic('doc:1', 'old');
    await toTopic('doc:2', 'new');
    const refusals: [unknown, number, string][] = [
      [['job:1'], 403, 'topic_forbidden'],
      [['a::b'], 400, 'invalid_topic'],
      [Array.from({ length: 51 }, (_, n) => `doc:${n}`), 400, 'too_many_topics'],
      ['doc:1', 400, 'invalid_request'],
    ];
    for (const [topics, status, code] of refusals) {
      expect(await follow(idOf(stream), topics, claims)).toMatchObject({ status, body: { code } });
    }
    await toTopic('doc:2', 'still');
    expect(await settled(stream)).toEqual(['new', 'still']);
    expect(await sse.call('GET', `${API}/online-users/ann`, admin)).toMatchObject({
      body: { connections: [{ topics: ['doc:2'] }] },
    });
  });

  it('P62: are decided by the claims of the stream, not by those of the request', async () => {
    await start();
    const stream = await sse.open({ topics: ['doc:1'] });
    expect((await follow(idOf(stream), ['doc:2'], { topics: ['doc:*'] })).status).toBe(403);
    expect((await refresh(idOf(stream), { topics: ['doc:*'] })).status).toBe(200);
    expect((await follow(idOf(stream), ['doc:2'], { topics: ['doc:*'] })).status).toBe(200);
  });
});

describe('closing an open stream', () => {
  it('P62: is allowed to its user and to an administrator of the tenant', async () => {
    await start();
    const [own, other] = [await sse.open(), await sse.open()];
    expect(await close(idOf(own))).toMatchObject({ status: 204, body: null });
    expect(dataOf((await own.end(), own.blocks.at(-1)))).toMatchObject({ reason: 'revoked', reconnect: false });
    expect((await close(idOf(other), admin)).status).toBe(204);
    await other.end();
  });

  it('P62: is the same 404 for a stream of another user, of another tenant, a closed and an unknown one', async () => {
    await start();
    const stream = await sse.open();
    const gone = await sse.open();
    await close(idOf(gone));
    const unknown = words(await close(UNKNOWN));
    expect(unknown).toMatchObject({ status: 404, code: 'not_found' });
    const attempts: [string, TestClaims][] = [
      [idOf(stream), { sub: 'bob' }],
      [idOf(stream), { tenant_id: 'beta' }],
      [idOf(stream), { ...admin, tenant_id: 'beta' }],
      [idOf(gone), {}],
      ['not-an-id', admin],
      [`${idOf(stream).split('.')[0]}.${'0'.repeat(22)}`, admin],
    ];
    for (const [id, claims] of attempts) {
      expect(words(await close(id, claims))).toEqual(unknown);
      expect(words(await follow(id, [], claims))).toEqual(unknown);
    }
    await toAnn('alive');
    await stream.until(() => ticks(stream).includes('alive'));
  });
});

describe('a revocation', () => {
  const session = { sid: 's-1', jti: 't-1' };

  it.each<[string, object, object]>([
    ['user', { userId: 'ann' }, { sub: 'bob' }],
    ['login session', { sid: 's-1' }, { sid: 's-2', jti: 't-2' }],
    ['token', { jti: 't-1' }, { sid: 's-1', jti: 't-2' }],
    ['tenant', { tenant: true }, { tenant_id: 'beta' }],
  ])('P63, P64: of a %s closes its streams and refuses its tokens, and no others', async (_, target, others) => {
    await start();
    const iat = Math.floor(Date.now() / 1_000) - 60;
    const claims = { ...session, iat };
    const [revoked, other] = [await sse.open(claims), await sse.open({ ...claims, ...others })];
    const ticket = (await sse.call('POST', `${API}/tickets`, claims)).body?.ticket as string;
    expect(await revoke(target)).toMatchObject({
      status: 201,
      body: { ...target, notBefore: expect.any(String), expiresAt: expect.any(String) },
    });
    await sse.broker.sendToTenant('acme', { event: 'tick', data: 'later' });
    await sse.broker.sendToTenant('beta', { event: 'tick', data: 'later' });
    await revoked.end();
    expect(dataOf(revoked.blocks.at(-1))).toMatchObject({ reason: 'revoked', reconnect: false });
    expect(ticks(revoked)).toEqual([]);
    await other.until(() => ticks(other).includes('later'));
    const stats = (who: object): Promise<Answer> => sse.call('POST', `${API}/tickets`, who as TestClaims);
    expect(await stats(claims)).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
    expect((await stats({ ...claims, ...others })).status).toBe(201);
    const headers = { accept: '*/*', authorization: `Bearer ${testToken(claims)}` };
    expect((await sse.raw(`${API}/stream`, { headers })).status).toBe(401);
    const spent = await sse.raw(`${API}/stream?ticket=${ticket}`, { headers: { accept: '*/*' } });
    await spent.end();
    expect([spent.status, spent.text]).toEqual([401, expect.stringContaining('"invalid_ticket"')]);
    expect((await refresh(idOf(other), { ...claims, ...others })).status).toBe(200);
  });

  it('P64: of a user accepts a token of a later second', async () => {
    await start();
    await revoke({ userId: 'ann' });
    const now = Math.floor(Date.now() / 1_000);
    expect((await sse.call('POST', `${API}/tickets`, { iat: now - 1 })).status).toBe(401);
    expect((await sse.call('POST', `${API}/tickets`, { iat: now + 2 })).status).toBe(201);
  });

  it('P63: is never sent, live or replayed, and takes a seq among the events', async () => {
    await start();
    const stream = await sse.open({ sub: 'bob', roles: ['admin'], topics: ['**'] }, '?topics=**');
    const before = stream.blocks[0]?.id ?? '';
    const followed: string[] = [];
    const following = sse.broker.events('acme').subscribe(({ event }) => followed.push(event));
    await revoke({ userId: 'ann' }, { sub: 'bob', roles: ['admin'] });
    await sse.broker.sendToTenant('acme', { event: 'tick', data: 'later' });
    await stream.until(() => ticks(stream).includes('later'));
    expect(stream.blocks.find(({ event }) => event === 'tick')?.id).toMatch(/\.2$/);
    const replayed = await sse.open({ sub: 'bob', topics: ['**'] }, '?topics=**', { 'last-event-id': before });
    await replayed.until(() => ticks(replayed).includes('later'));
    following.unsubscribe();
    for (const text of [stream.text, replayed.text]) expect(text).not.toContain('session.control');
    expect(followed).toEqual(['tick']);
  });

  it.each([
    [{}, 400],
    [{ userId: 'ann', sid: 's' }, 400],
    [{ userId: 'a b' }, 400],
    [{ sid: 's\n' }, 400],
    [{ tenant: false }, 400],
    [{ userId: 'ann', extra: 1 }, 400],
  ])('is refused when its body is %j', async (body, status) => {
    await start();
    expect(await revoke(body)).toMatchObject({ status, body: { code: 'invalid_request' } });
  });

  it('needs sse:admin', async () => {
    await start();
    expect(await revoke({ userId: 'bob' }, {})).toMatchObject({
      status: 403,
      body: { code: 'forbidden', permission: 'sse:admin' },
    });
  });
});
