import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { isControlEventType } from '@nest-herald/sse-protocol';
import pg from 'pg';
import { type Answer, call } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { openStream, type StreamReader } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken, type TokenClaims } from '../support/token.js';
import { until } from '../support/until.js';

/** Two processes of the built service over one PostgreSQL: streams of one are controlled through the other. */
let database: TestDatabase;
let near: Service;
let far: Service;
const open: StreamReader[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  const env = { DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET, DEMO: 'false', SSE_CONNECTS_PER_MINUTE: '0' };
  near = await startService(env);
  far = await startService(env);
}, 90_000);
afterEach(async () => {
  await Promise.all(open.splice(0).map((stream) => stream.close()));
});
afterAll(async () => {
  await Promise.all([near?.stop(), far?.stop()]);
  await database?.drop();
});

const API = '/api/v1/sse';

/** Each test has a tenant of its own. */
class Scene {
  readonly tenant = `t-${randomUUID()}`;

  token(claims: Partial<TokenClaims> = {}): Promise<string> {
    return signToken({ tenant: this.tenant, user: 'ann', topics: ['doc:*'], ...claims });
  }

  admin(): Promise<string> {
    return this.token({ user: 'boss', roles: ['admin'] });
  }

  async stream(service: Service, token: string, topics: readonly string[] = []): Promise<StreamReader> {
    const stream = await openStream(service.url, { token, topics });
    open.push(stream);
    await stream.until(({ event }) => event === 'connected');
    return stream;
  }

  /** A durable event, sent through a node. */
  async send(service: Service, target: object, data: string): Promise<void> {
    const body = { target, event: 'tick', data };
    const answer = await call(`${service.url}${API}/send`, { token: await this.admin(), body });
    expect(answer.status).toBe(202);
  }
}

function connectionId(stream: StreamReader): string {
  return (JSON.parse(stream.of('connected')[0]?.data ?? '{}') as { connectionId: string }).connectionId;
}
function control(service: Service, method: string, path: string, token: string, body?: unknown): Promise<Answer> {
  return call(`${service.url}${API}/${path}`, { method, token, ...(body === undefined ? {} : { body }) });
}
const isTick =
  (wanted: string) =>
  ({ event, data }: { readonly event: string; readonly data: string }): boolean =>
    event === 'tick' && data === wanted;
const published = (stream: StreamReader) => stream.events().filter(({ event }) => !isControlEventType(event));
const ticks = (stream: StreamReader): readonly string[] => stream.of('tick').map(({ data }) => data);

describe('through another node', () => {
  it('a stream goes on with a new token: narrowed in place, with nothing lost or doubled', async () => {
    const scene = new Scene();
    const stream = await scene.stream(far, await scene.token({ roles: ['buyer'] }), ['doc:1']);
    await scene.send(near, { topic: 'doc:1' }, 'before');
    await stream.until(isTick('before'));
    const path = `connections/${connectionId(stream)}/token`;
    const swapped = await control(near, 'POST', path, await scene.token({ topics: [], expiresInSeconds: 7_200 }));
    expect(swapped).toMatchObject({ status: 200, body: { topics: [], denied: ['doc:1'] } });
    expect(Date.parse(swapped.body.expiresAt)).toBeGreaterThan(Date.now() + 7_000_000);
    await scene.send(near, { topic: 'doc:1' }, 'topic, gone');
    await scene.send(near, { role: 'buyer' }, 'role, gone');
    await scene.send(near, { user: 'ann' }, 'still');
    await stream.until(isTick('still'));
    expect(ticks(stream)).toEqual(['before', 'still']);
    expect((await control(near, 'POST', path, await scene.token({ user: 'bob' }))).status).toBe(403);
  });

  it('it follows other topics, and is ended; a stranger’s attempts are those at an unknown stream', async () => {
    const scene = new Scene();
    const token = await scene.token();
    const stream = await scene.stream(far, token, ['doc:1']);
    const path = `connections/${connectionId(stream)}`;
    const changed = await control(near, 'PUT', `${path}/topics`, token, { topics: ['doc:2'] });
    expect(changed).toMatchObject({ status: 200, body: { topics: ['doc:2'], denied: [] } });
    expect((await control(near, 'PUT', `${path}/topics`, token, { topics: ['job:1'] })).body).toMatchObject({
      code: 'topic_forbidden',
      denied: ['job:1'],
    });
    await scene.send(near, { topic: 'doc:2' }, 'new');
    await stream.until(isTick('new'));

    const unknown = await control(near, 'DELETE', `${path.slice(0, -3)}000`, token);
    const wording = ({ status, body }: Answer): unknown => ({ status, ...body, requestId: '' });
    expect(unknown.status).toBe(404);
    for (const stranger of [await scene.token({ user: 'bob' }), await new Scene().admin()]) {
      expect(wording(await control(near, 'DELETE', path, stranger))).toEqual(wording(unknown));
    }
    expect((await control(near, 'DELETE', path, token)).status).toBe(204);
    await stream.until(({ event, data }) => event === 'close' && data.includes('"revoked"'));
    await stream.ended;
  });

  it('a revocation closes streams on both, orders itself before what is committed later, and counts everywhere', async () => {
    const scene = new Scene();
    const token = await scene.token();
    const streams = [await scene.stream(near, token), await scene.stream(far, token)];
    const witness = await scene.stream(far, await scene.token({ user: 'bob' }));
    const began = performance.now();
    const revoked = await control(near, 'POST', 'revocations', await scene.admin(), { userId: 'ann' });
    expect(revoked.status).toBe(201);
    await scene.send(near, { tenant: true }, 'behind');
    const closed = streams.map((stream) =>
      stream.until(({ event, data }) => event === 'close' && data.includes('revoked')),
    );
    await Promise.all(closed);
    const tookMs = performance.now() - began;
    await witness.until(isTick('behind'));
    expect(streams.flatMap(ticks)).toEqual([]);
    // Below one second on a machine of its own; the suite shares one.
    expect(tookMs).toBeLessThan(5_000);
    for (const service of [near, far]) {
      const refused = async (): Promise<boolean> => (await control(service, 'POST', 'tickets', token)).status === 401;
      const deadline = performance.now() + 10_000;
      while (!(await refused())) expect(performance.now()).toBeLessThan(deadline);
    }
  });

  it('a revocation reaches a node that hears nothing of the others, by its own look at the log', async () => {
    const deaf = await startService({
      DATABASE_URL: database.url,
      JWT_SECRET: TEST_JWT_SECRET,
      DEMO: 'false',
      SSE_BACKPLANE: 'memory',
    });
    try {
      const scene = new Scene();
      const stream = await scene.stream(deaf, await scene.token());
      const began = performance.now();
      await control(near, 'POST', 'revocations', await scene.admin(), { tenant: true });
      await stream.until(({ event, data }) => event === 'close' && data.includes('revoked'));
      // Within 2.5 s on a machine of its own; the suite shares one.
      expect(performance.now() - began).toBeLessThan(7_500);
      await stream.ended;
    } finally {
      await deaf.stop();
    }
  });

  it('forged messages of another login of the database change nothing', async () => {
    const scene = new Scene();
    const token = await scene.token();
    const stream = await scene.stream(far, token);
    const id = connectionId(stream);
    const to = id.split('.')[0];
    const requestId = '0'.repeat(22);
    const principal = {
      tenantId: scene.tenant,
      userId: 'ann',
      roles: ['admin'],
      permissions: ['sse:admin'],
      topics: ['**'],
    };
    const texts = [
      { kind: 'request', id: requestId, from: 'forger' },
      {
        kind: 'request',
        id: requestId,
        from: 'forger',
        request: { connectionId: id, request: { kind: 'token', principal } },
      },
      { kind: 'answered', id: requestId, from: to },
    ].map((text) => JSON.stringify(text));
    const anybody = new pg.Client({ connectionString: database.url });
    await anybody.connect();
    try {
      // A login without any right of ours; everybody may NOTIFY.
      await anybody.query('SET ROLE pg_read_all_settings');
      const forged = [
        ...texts.map((text) => ({ kind: 'control', to, text })),
        // What the backplane may bring comes: so the messages before it were heard too.
        {
          kind: 'ephemeral',
          event: { tenantId: scene.tenant, audience: 'user:ann', recipients: null, type: 'heard', payload: '' },
        },
      ];
      await anybody.query('SELECT pg_notify($1, $2)', ['herald_sse', `forger:1:0:1:${JSON.stringify(forged)}`]);
      await stream.until(({ event }) => event === 'heard');
      await expect(anybody.query('SELECT * FROM sse.control')).rejects.toMatchObject({ code: '42501' });
      await expect(anybody.query(`SELECT sse.take_control('x', 'y')`)).rejects.toMatchObject({ code: '42501' });
    } finally {
      await anybody.end();
    }
    await scene.send(near, { role: 'admin' }, 'for administrators');
    await scene.send(near, { user: 'ann' }, 'for ann');
    await stream.until(isTick('for ann'));
    expect(ticks(stream)).toEqual(['for ann']);
  });

  it('statistics count what every node has sent, of the own tenant only', async () => {
    const scene = new Scene();
    const stranger = new Scene();
    const streams = [await scene.stream(near, await scene.token()), await scene.stream(far, await scene.token())];
    const other = await stranger.stream(far, await stranger.token());
    await scene.send(near, { tenant: true }, 'both');
    await stranger.send(near, { tenant: true }, 'theirs');
    for (const stream of streams) await stream.until(isTick('both'));
    await other.until(isTick('theirs'));
    const admin = await scene.admin();
    for (const service of [near, far]) {
      const { body } = await until('all that came is counted', async () => {
        const answer = await control(service, 'GET', 'stats', admin);
        const isAll = answer.body.eventsSentTotal === streams.flatMap(published).length;
        return isAll && answer.body.totalConnections === 2 && answer;
      });
      expect(body).toMatchObject({ tenantId: scene.tenant });
      expect(body.byNode.map(({ answered }: { answered: boolean }) => answered)).toEqual([true, true]);
    }
    const platform = await scene.token({ user: 'root', permissions: ['platform:admin'] });
    const all = await control(near, 'GET', 'stats?scope=platform', platform);
    expect(all.body.eventsSentTotal).toBeGreaterThan(streams.flatMap(published).length);
    expect((await control(near, 'GET', 'stats?scope=platform', admin)).status).toBe(403);
  });

  it('a node that is stopped is 504, and wakes up to nothing', async () => {
    const scene = new Scene();
    const token = await scene.token();
    const stream = await scene.stream(far, token);
    const path = `connections/${connectionId(stream)}`;
    process.kill(far.pid, 'SIGSTOP');
    try {
      const began = performance.now();
      expect(await control(near, 'DELETE', path, token)).toMatchObject({
        status: 504,
        body: { code: 'node_unreachable' },
      });
      expect(performance.now() - began).toBeGreaterThan(1_900);
      const asked = performance.now();
      const { status, body } = await control(near, 'GET', 'stats', await scene.admin());
      expect([status, body.byNode.length]).toEqual([200, 2]);
      const silent = body.byNode.filter(({ answered }: { answered: boolean }) => !answered);
      expect(silent).toMatchObject([{ nodeId: connectionId(stream).split('.')[0] }]);
      // About one second on a machine of its own; the suite shares one.
      expect(performance.now() - asked).toBeLessThan(5_000);
    } finally {
      process.kill(far.pid, 'SIGCONT');
    }
    // The node obeys again, and what it slept through was withdrawn.
    const answer = await control(near, 'PUT', `${path}/topics`, token, { topics: ['doc:1'] });
    expect(answer.status).toBe(200);
    await scene.send(near, { topic: 'doc:1' }, 'alive');
    await stream.until(isTick('alive'));
    expect(stream.of('close')).toEqual([]);
  });
});
