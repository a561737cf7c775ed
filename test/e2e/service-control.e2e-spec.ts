import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { isControlEventType } from '@nest-herald/sse-protocol';
import pg from 'pg';
import { type Answer, call } from '../support/http.js';
import { itInFullProfile } from '../support/profile.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { openStream, type StreamReader } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken, type TokenClaims } from '../support/token.js';
import { until } from '../support/until.js';

/** Two processes of the built service over one PostgreSQL; streams of one are controlled through the other. */
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

/** A test's own tenant, with its tokens and streams. */
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

  /** Sends a durable event through a server. */
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
  (expected: string) =>
  ({ event, data }: { readonly event: string; readonly data: string }): boolean =>
    event === 'tick' && data === expected;
const published = (stream: StreamReader) => stream.events().filter(({ event }) => !isControlEventType(event));
const ticks = (stream: StreamReader): readonly string[] => stream.of('tick').map(({ data }) => data);

describe('Control through another server', () => {
  it('refreshes the token of a stream in place, with reduced rights and without loss or duplicates', async () => {
    const scene = new Scene();
    const stream = await scene.stream(far, await scene.token({ roles: ['buyer'] }), ['doc:1']);
    await scene.send(near, { topic: 'doc:1' }, 'before');
    await stream.until(isTick('before'));
    const path = `connections/${connectionId(stream)}/token`;
    const refreshed = await control(near, 'POST', path, await scene.token({ topics: [], expiresInSeconds: 7_200 }));
    expect(refreshed).toMatchObject({ status: 200, body: { topics: [], denied: ['doc:1'] } });
    expect(Date.parse(refreshed.body.expiresAt)).toBeGreaterThan(Date.now() + 7_000_000);
    await scene.send(near, { topic: 'doc:1' }, 'topic, gone');
    await scene.send(near, { role: 'buyer' }, 'role, gone');
    await scene.send(near, { user: 'ann' }, 'still');
    await stream.until(isTick('still'));
    expect(ticks(stream)).toEqual(['before', 'still']);
    expect((await control(near, 'POST', path, await scene.token({ user: 'bob' }))).status).toBe(403);
  });

  it('changes topics and ends a stream; for other users the stream does not exist', async () => {
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
    const comparable = ({ status, body }: Answer): unknown => ({ status, ...body, requestId: '' });
    expect(unknown.status).toBe(404);
    for (const stranger of [await scene.token({ user: 'bob' }), await new Scene().admin()]) {
      expect(comparable(await control(near, 'DELETE', path, stranger))).toEqual(comparable(unknown));
    }
    expect((await control(near, 'DELETE', path, token)).status).toBe(204);
    await stream.until(({ event, data }) => event === 'close' && data.includes('"revoked"'));
    await stream.ended;
  });

  it('revokes streams on both servers, before later events in log order, and refuses the token everywhere', async () => {
    const scene = new Scene();
    const token = await scene.token();
    const streams = [await scene.stream(near, token), await scene.stream(far, token)];
    const witness = await scene.stream(far, await scene.token({ user: 'bob' }));
    const startedMs = performance.now();
    const revoked = await control(near, 'POST', 'revocations', await scene.admin(), { userId: 'ann' });
    expect(revoked.status).toBe(201);
    await scene.send(near, { tenant: true }, 'after');
    const closed = streams.map((stream) =>
      stream.until(({ event, data }) => event === 'close' && data.includes('revoked')),
    );
    await Promise.all(closed);
    const tookMs = performance.now() - startedMs;
    await witness.until(isTick('after'));
    expect(streams.flatMap(ticks)).toEqual([]);
    // Less than a second on an idle machine; this suite shares one.
    expect(tookMs).toBeLessThan(5_000);
    for (const service of [near, far]) {
      const refused = async (): Promise<boolean> => (await control(service, 'POST', 'tickets', token)).status === 401;
      const deadline = performance.now() + 10_000;
      while (!(await refused())) expect(performance.now()).toBeLessThan(deadline);
    }
  });

  // postgres-retention.e2e-spec.ts covers the reading of the log without hints, the test above the revocation itself.
  itInFullProfile(
    'revokes streams of a server without a connection to the backplane, which reads the log itself',
    async () => {
      const isolated = await startService({
        DATABASE_URL: database.url,
        JWT_SECRET: TEST_JWT_SECRET,
        DEMO: 'false',
        SSE_BACKPLANE: 'memory',
      });
      try {
        const scene = new Scene();
        const stream = await scene.stream(isolated, await scene.token());
        const startedMs = performance.now();
        await control(near, 'POST', 'revocations', await scene.admin(), { tenant: true });
        await stream.until(({ event, data }) => event === 'close' && data.includes('revoked'));
        // Within 2.5 s on an idle machine; this suite shares one.
        expect(performance.now() - startedMs).toBeLessThan(7_500);
        await stream.ended;
      } finally {
        await isolated.stop();
      }
    },
  );

  it('ignores forged messages of another login of the database', async () => {
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
    const forger = new pg.Client({ connectionString: database.url });
    await forger.connect();
    try {
      // A login without any of our rights; every login may NOTIFY.
      await forger.query('SET ROLE pg_read_all_settings');
      const forged = [
        ...texts.map((text) => ({ kind: 'control', to, text })),
        // An ephemeral event is allowed and arrives, which proves that the messages before it were received too.
        {
          kind: 'ephemeral',
          event: { tenantId: scene.tenant, audience: 'user:ann', recipients: null, type: 'received', payload: '' },
        },
      ];
      await forger.query('SELECT pg_notify($1, $2)', ['herald_sse', `forger:1:0:1:${JSON.stringify(forged)}`]);
      await stream.until(({ event }) => event === 'received');
      await expect(forger.query('SELECT * FROM sse.control')).rejects.toMatchObject({ code: '42501' });
      await expect(forger.query(`SELECT sse.take_control('x', 'y')`)).rejects.toMatchObject({ code: '42501' });
    } finally {
      await forger.end();
    }
    await scene.send(near, { role: 'admin' }, 'for administrators');
    await scene.send(near, { user: 'ann' }, 'for ann');
    await stream.until(isTick('for ann'));
    expect(ticks(stream)).toEqual(['for ann']);
  });

  it('counts what every server has sent, for the own tenant only', async () => {
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
      const { body } = await until('every received event is counted', async () => {
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

  it('answers 504 for a paused server, which does not execute the request later', async () => {
    const scene = new Scene();
    const token = await scene.token();
    const stream = await scene.stream(far, token);
    const path = `connections/${connectionId(stream)}`;
    process.kill(far.pid, 'SIGSTOP');
    try {
      const startedMs = performance.now();
      expect(await control(near, 'DELETE', path, token)).toMatchObject({
        status: 504,
        body: { code: 'node_unreachable' },
      });
      expect(performance.now() - startedMs).toBeGreaterThan(1_900);
      const statsStartedMs = performance.now();
      const { status, body } = await control(near, 'GET', 'stats', await scene.admin());
      expect([status, body.byNode.length]).toEqual([200, 2]);
      const silent = body.byNode.filter(({ answered }: { answered: boolean }) => !answered);
      expect(silent).toMatchObject([{ nodeId: connectionId(stream).split('.')[0] }]);
      // About one second on an idle machine; this suite shares one.
      expect(performance.now() - statsStartedMs).toBeLessThan(5_000);
    } finally {
      process.kill(far.pid, 'SIGCONT');
    }
    // The server executes requests again, and the one that it missed was withdrawn.
    const answer = await control(near, 'PUT', `${path}/topics`, token, { topics: ['doc:1'] });
    expect(answer.status).toBe(200);
    await scene.send(near, { topic: 'doc:1' }, 'alive');
    await stream.until(isTick('alive'));
    expect(stream.of('close')).toEqual([]);
  });
});
