import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RawStream } from '../support/raw-stream.js';
import { SseApp, type TestClaims, testToken } from '../support/sse-app.js';

const API = '/api/v1/sse';
const sender: TestClaims = { sub: 'sender', permissions: ['sse:send'] };
const admin: TestClaims = { sub: 'boss', roles: ['admin'] };

let sse: SseApp;
const open: RawStream[] = [];
const follow = async (claims: TestClaims = {}, query = ''): Promise<RawStream> => {
  const stream = await sse.open(claims, query);
  open.push(stream);
  return stream;
};

beforeAll(async () => {
  sse = await SseApp.start({ options: { connectsPerMinute: 0 } });
});
afterEach(async () => {
  for (const stream of open.splice(0)) stream.destroy();
  while (sse.broker.stats(null).connections > 0) await new Promise((resolve) => setTimeout(resolve, 5));
});
afterAll(() => sse.stop());

describe('POST /send', () => {
  it.each([
    [{ target: { user: 'ann' }, event: 'hello', data: { n: 1 } }, '{"n":1}'],
    [{ target: { users: ['ann', 'bob'] }, event: 'hello', data: 'text' }, 'text'],
    [{ target: { topic: 'doc:1' }, event: 'hello', data: 'text' }, 'text'],
    [{ target: { role: 'buyer' }, event: 'hello', data: 'text' }, 'text'],
    [{ target: { tenant: true }, event: 'hello', data: 'text' }, 'text'],
    [{ target_type: 'user', user_id: 'ann', event: 'hello', data: 'older' }, 'older'],
    [{ target_type: 'topic', topic: 'doc:1', event: 'hello', data: 'older' }, 'older'],
    [{ target_type: 'broadcast', event: 'hello', data: 'older' }, 'older'],
    [{ target: { user: 'ann' }, event: 'hello', data: 'x', tenant_id: 'beta', tenantId: 'beta' }, 'x'],
  ])('reaches %j', async (body, data) => {
    const stream = await follow({ roles: ['buyer'], topics: ['doc:*'] }, '?topics=doc:1');
    expect(await sse.call('POST', `${API}/send`, sender, body)).toMatchObject({
      status: 202,
      body: { accepted: true, durable: true, deduplicated: false },
    });
    expect(await stream.event('hello')).toMatchObject({ data, id: expect.stringMatching(/^[a-z0-9]{8}\.\d+$/) });
  });

  it('sends an ephemeral event without an id', async () => {
    const stream = await follow();
    const body = { target: { user: 'ann' }, event: 'tick', data: 1, durable: false, conflationKey: 'k' };
    expect(await sse.call('POST', `${API}/send`, sender, body)).toMatchObject({
      status: 202,
      body: { durable: false },
    });
    expect((await stream.event('tick')).id).toBeUndefined();
  });

  it('stores an event with the same dedupe key once', async () => {
    const stream = await follow();
    const send = (data: string): Promise<unknown> =>
      sse.call('POST', `${API}/send`, sender, { target: { user: 'ann' }, data, dedupeKey: 'once' });
    expect(await send('first')).toMatchObject({ body: { deduplicated: false } });
    expect(await send('second')).toMatchObject({ status: 202, body: { deduplicated: true } });
    await sse.broker.sendToUser('acme', 'ann', { event: 'barrier', data: '' });
    await stream.event('barrier');
    expect(stream.text).toContain('first');
    expect(stream.text).not.toContain('second');
  });

  it.each<[string, unknown, number, string]>([
    ['no target', { data: 1 }, 400, 'invalid_request'],
    ['two targets', { target: { user: 'a', tenant: true }, data: 1 }, 400, 'invalid_request'],
    ['no data', { target: { tenant: true } }, 400, 'invalid_request'],
    ['an unknown field', { target: { tenant: true }, data: 1, prio: 1 }, 400, 'invalid_request'],
    ['an impossible type', { target: { tenant: true }, data: 1, event: 'a\nid: 9' }, 400, 'invalid_request'],
    ['a reserved type', { target: { tenant: true }, data: 1, event: 'close' }, 400, 'invalid_request'],
    ['an impossible topic', { target: { topic: 'a::b' }, data: 1 }, 400, 'invalid_topic'],
    ['a pattern as topic', { target: { topic: 'a:*' }, data: 1 }, 400, 'invalid_topic'],
    ['a reserved topic', { target: { topic: 'presence' }, data: 1 }, 403, 'forbidden'],
    ['data beyond the limit', { target: { tenant: true }, data: 'x'.repeat(65_537) }, 413, 'event_too_large'],
    [
      'ephemeral data beyond the limit',
      { target: { tenant: true }, data: 'x'.repeat(6_001), durable: false },
      413,
      'event_too_large',
    ],
  ])('refuses %s, and stores nothing', async (_, body, status, code) => {
    const stream = await follow();
    expect(await sse.call('POST', `${API}/send`, sender, body)).toMatchObject({ status, body: { code } });
    await sse.broker.sendToTenant('acme', { event: 'barrier', data: '' });
    await stream.event('barrier');
    expect(stream.blocks).toHaveLength(2);
  });

  it.each([
    ['1,000 lists in each other', `${'['.repeat(1_000)}1${']'.repeat(1_000)}`, undefined],
    ['a __proto__', '{"__proto__":{"admin":true},"constructor":{"prototype":1}}', undefined],
    ['a key twice, of which JSON takes the last', '{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'],
    ['a lone surrogate, escaped', '"\\ud800"', '\ud800'],
  ])('stores %s as sent, or refuses it', async (_, data, stored = data) => {
    const stream = await follow();
    const answer = await fetch(`${sse.url}${API}/send`, {
      method: 'POST',
      headers: { authorization: `Bearer ${testToken(sender)}`, 'content-type': 'application/json' },
      body: `{"target":{"user":"ann"},"event":"odd","data":${data}}`,
    });
    expect([202, 400]).toContain(answer.status);
    await sse.broker.sendToUser('acme', 'ann', { event: 'barrier', data: '' });
    await stream.event('barrier');
    const got = stream.blocks.filter(({ event }) => event === 'odd').map((block) => block.data);
    expect(got).toEqual(answer.status === 202 ? [stored] : []);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('needs the permission, and sends only within the tenant of the sender', async () => {
    const body = { target: { tenant: true }, event: 'hello', data: 'x' };
    expect(await sse.call('POST', `${API}/send`, {}, body)).toMatchObject({
      status: 403,
      body: { code: 'forbidden', permission: 'sse:send' },
    });
    expect((await sse.call('POST', `${API}/send`, null, body)).status).toBe(401);
    const own = await follow();
    const foreign = await follow({ tenant_id: 'beta' });
    await sse.call('POST', `${API}/send`, { ...sender, tenant_id: 'beta' }, body);
    await foreign.event('hello');
    await sse.broker.sendToTenant('acme', { event: 'barrier', data: '' });
    await own.event('barrier');
    expect(own.text).not.toContain('hello');
  });
});

describe('statistics and presence', () => {
  it('list who is online, with devices and topics, within one tenant', async () => {
    await follow({ sub: 'ann', topics: ['doc:*'] }, '?topics=doc:1&device=phone');
    await follow({ sub: 'ann' }, '?device=desk');
    await follow({ sub: 'bob' });
    await follow({ sub: 'eve', tenant_id: 'beta' });
    const list = await sse.call('GET', `${API}/online-users`, admin);
    expect(list.body).toMatchObject({ total: 2, hasMore: false, nextCursor: null });
    expect(list.body?.items).toMatchObject([
      { userId: 'ann', connections: 2, devices: ['desk', 'phone'], since: expect.any(String) },
      { userId: 'bob', connections: 1, devices: [expect.stringMatching(/^ua-/)] },
    ]);
    const first = await sse.call('GET', `${API}/online-users?limit=1`, admin);
    expect(first.body).toMatchObject({ items: [{ userId: 'ann' }], hasMore: true, total: 2 });
    const second = await sse.call('GET', `${API}/online-users?limit=1&cursor=${String(first.body?.nextCursor)}`, admin);
    expect(second.body).toMatchObject({ items: [{ userId: 'bob' }], hasMore: false });
    expect((await sse.call('GET', `${API}/online-users/ann`, admin)).body).toMatchObject({
      userId: 'ann',
      online: true,
      connections: expect.arrayContaining([
        expect.objectContaining({ device: 'phone', transport: 'sse', topics: ['doc:1'], id: expect.any(String) }),
      ]),
    });
    expect((await sse.call('GET', `${API}/stats`, admin)).body).toMatchObject({
      tenantId: 'acme',
      totalConnections: 3,
      totalUsers: 2,
      totalTopics: 1,
      byTransport: { sse: 3, poll: 0, ws: 0 },
      byNode: [{ connections: 3, users: 2, draining: false }],
      topics: [{ topic: 'doc:1', connections: 1 }],
      eventsSentTotal: expect.any(Number),
      eventsDroppedTotal: 0,
      eventsPerSecond: expect.any(Number),
      slowConsumersTotal: 0,
      isRunning: true,
      uptimeSeconds: expect.any(Number),
      startedAt: expect.any(String),
    });
    expect(
      (await sse.call('GET', `${API}/stats?scope=platform`, { permissions: ['platform:admin'] })).body,
    ).toMatchObject({
      tenantId: null,
      totalConnections: 4,
    });
  });

  it('show a user of another tenant and an unknown one as offline', async () => {
    await follow({ sub: 'eve', tenant_id: 'beta' });
    for (const name of ['eve', 'unknown']) {
      expect(await sse.call('GET', `${API}/online-users/${name}`, admin)).toMatchObject({
        status: 200,
        body: { userId: name, online: false, connections: [], lastSeenAt: null },
      });
    }
  });

  it('drop a connection that closed', async () => {
    const stream = await follow();
    expect(await sse.broker.isUserOnline('acme', 'ann')).toBe(true);
    stream.destroy();
    while (await sse.broker.isUserOnline('acme', 'ann')) await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await sse.call('GET', `${API}/online-users/ann`, admin)).body).toMatchObject({
      online: false,
      lastSeenAt: expect.any(String),
    });
  });

  it.each(['stats', 'online-users', 'online-users/ann'])('need sse:admin: %s', async (path) => {
    expect(await sse.call('GET', `${API}/${path}`)).toMatchObject({ status: 403, body: { permission: 'sse:admin' } });
    expect((await sse.call('GET', `${API}/${path}`, { permissions: ['sse:admin'] })).status).toBe(200);
    expect((await sse.call('GET', `${API}/${path}`, null)).status).toBe(401);
  });

  it.each([
    'stats?scope=all',
    'online-users?limit=0',
    'online-users?limit=101',
    'online-users?limit=x',
    'online-users/a%20b',
  ])('refuse invalid parameters: %s', async (path) => {
    expect(await sse.call('GET', `${API}/${path}`, admin)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
  });

  it('of all tenants need more than the administrator of one', async () => {
    expect(await sse.call('GET', `${API}/stats?scope=platform`, admin)).toMatchObject({
      status: 403,
      body: { permission: 'platform:admin' },
    });
  });
});
