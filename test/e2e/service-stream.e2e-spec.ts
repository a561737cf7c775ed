import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { call } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { openStream, type StreamReader } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

describe('Stream of the service', () => {
  let database: TestDatabase;
  let service: Service;
  let env: Readonly<Record<string, string>>;
  const open: StreamReader[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    env = { DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET };
    service = await startService(env);
  });
  afterAll(async () => {
    await Promise.all(open.map((stream) => stream.close()));
    await service?.stop();
    await database?.drop();
  });

  async function stream(token: string, lastEventId?: string): Promise<StreamReader> {
    const reader = await openStream(service.url, { token, ...(lastEventId === undefined ? {} : { lastEventId }) });
    open.push(reader);
    return reader;
  }

  it('starts with the headers and the first block of the protocol', async () => {
    const reader = await stream(await signToken({ tenant: 'acme', user: 'first' }));
    await reader.until(({ event }) => event === 'connected');
    expect(reader.status).toBe(200);
    expect(reader.headers.get('content-type')).toMatch(/^text\/event-stream/);
    for (const word of ['no-cache', 'no-store', 'no-transform']) {
      expect(reader.headers.get('cache-control')).toContain(word);
    }
    expect(reader.headers.get('x-accel-buffering')).toBe('no');
    expect(reader.headers.get('content-length')).toBeNull();
    // Only blank lines and comments may precede the first block.
    expect(reader.raw()).toMatch(
      /^(?::[^\n]*\n|\n)*retry: 3000\nid: [a-z0-9]{8}\.(?:0|[1-9]\d*)\nevent: connected\ndata: \{.*\}\n\n/,
    );
    const connected = JSON.parse(reader.of('connected')[0]?.data ?? '');
    expect(connected).toMatchObject({ heartbeatIntervalMs: 15_000, topics: [], resume: 'live' });
    expect(new Date(connected.tokenExpiresAt).getTime()).toBeGreaterThan(Date.now());
  });

  it('is refused with 401 and a problem document without a token', async () => {
    const answer = await call(`${service.url}/api/v1/sse/stream`);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('Bearer')]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status: 401, code: 'missing_token' });
  });

  it('delivers a notification to its recipient in the form of the inbox', async () => {
    const sender = await signToken({ tenant: 'acme', user: 'sender', permissions: ['notification:send'] });
    const token = await signToken({ tenant: 'acme', user: 'reader' });
    const reader = await stream(token);
    await reader.until(({ event }) => event === 'connected');
    const sent = await call(`${service.url}/api/v1/notifications`, {
      token: sender,
      body: { to: { users: ['reader'] }, title: 'Purchase order 4711 waits for you' },
    });
    expect(sent.status).toBe(201);
    const created = await reader.until(({ event }) => event === 'notification.created');
    const item = await call(`${service.url}/api/v1/notifications/${sent.body.id}`, { token });
    expect(JSON.parse(created.data)).toMatchObject({ id: sent.body.id, title: item.body.title, isRead: false });
  });

  it('receives nothing of another tenant, even with the same names', async () => {
    const beta = await signToken({ tenant: 'beta', user: 'same', roles: ['admin'] });
    const acme = await signToken({ tenant: 'acme', user: 'same' });
    const [here, there] = await Promise.all([stream(beta), stream(acme)]);
    await Promise.all([here, there].map((reader) => reader.until(({ event }) => event === 'connected')));
    for (const target of [{ user: 'same' }, { tenant: true }, { role: 'admin' }]) {
      const sent = await call(`${service.url}/api/v1/sse/send?tenant_id=acme`, {
        token: beta,
        headers: { 'X-Tenant-Id': 'acme' },
        body: { target, event: 'secret', data: 'of beta' },
      });
      expect(sent.status).toBe(202);
    }
    await here.until(({ event }) => event === 'secret');
    // A later event of acme itself proves that acme's stream was open all the time.
    const acmeAdmin = await signToken({ tenant: 'acme', user: 'boss', roles: ['admin'] });
    await call(`${service.url}/api/v1/sse/send`, {
      token: acmeAdmin,
      body: { target: { tenant: true }, event: 'own', data: 1 },
    });
    await there.until(({ event }) => event === 'own');
    expect(there.of('secret')).toEqual([]);
  });

  it('loses and repeats nothing over a restart', async () => {
    const admin = await signToken({ tenant: 'acme', user: 'boss', roles: ['admin'] });
    const token = await signToken({ tenant: 'acme', user: 'restarted' });
    const send = (n: number) =>
      call(`${service.url}/api/v1/sse/send`, {
        token: admin,
        body: { target: { user: 'restarted' }, event: 'step', data: n },
      });
    const before = await stream(token);
    await before.until(({ event }) => event === 'connected');
    for (let n = 1; n <= 5; n += 1) await send(n);
    await before.until(({ event, data }) => event === 'step' && data === '5');
    const sixth = send(6);
    const stopping = service.stop();
    const accepted = (await sixth.catch(() => null))?.status === 202;
    expect((await stopping).code).toBe(0);
    await before.ended;
    expect(JSON.parse(before.of('close')[0]?.data ?? '{}')).toMatchObject({ reason: 'shutdown', reconnect: true });

    service = await startService(env);
    for (let n = 7; n <= 9; n += 1) await send(n);
    const after = await stream(token, before.position());
    await after.until(({ event, data }) => event === 'step' && data === '9');
    const seen = [...before.of('step'), ...after.of('step')].map(({ data }) => Number(data));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    for (const n of [1, 2, 3, 4, 5, ...(accepted ? [6] : []), 7, 8, 9]) expect(seen).toContain(n);
    expect(after.of('resync')).toEqual([]);
  }, 60_000);

  it('ignores the headers of an untrusted proxy', async () => {
    const signedIn = await call(`${service.url}/api/v1/demo/sign-in`, {
      body: { userId: 'acme.buyer' },
      headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.9' },
    });
    expect(signedIn.headers.get('set-cookie')).not.toMatch(/Secure/);
  });

  it('writes no token, ticket, cookie, password or payload to its log', async () => {
    const token = await signToken({ tenant: 'acme', user: 'canary', permissions: ['sse:send', 'notification:send'] });
    const canary = 'canary-payload-4fd1';
    await call(`${service.url}/api/v1/sse/stream?access_token=${token}`);
    await call(`${service.url}/api/v1/sse/stream?ticket=canary-ticket-77`);
    await call(`${service.url}/api/v1/notifications`, { headers: { Cookie: `herald_session=${token}` } });
    await call(`${service.url}/api/v1/sse/send`, {
      token,
      body: { target: { user: 'x' }, event: canary, data: canary },
    });
    await call(`${service.url}/api/v1/notifications`, { token, body: { to: { users: ['x'] }, title: canary } });
    await call(`${service.url}/api/v1/notifications`, { token, body: `{"title": "${canary}` });
    await call(`${service.url}/api/v1/notifications/${canary}`, {
      token,
      headers: { 'User-Agent': canary, Referer: `http://a/${canary}` },
    });
    const output = service.output();
    const password = new URL(database.url).password;
    for (const secret of [token, 'canary', TEST_JWT_SECRET, ...(password ? [password] : [])]) {
      expect(output).not.toContain(secret);
    }
    expect(output).not.toContain('\u001b');
  });
});
