import type { IncomingMessage } from 'node:http';
import { Controller, Get, Inject, Req, UseFilters } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryPresence } from '@nest-herald/sse/spi';
import { StreamIntake } from '@nest-herald/sse';
import { ProblemFilter } from '@nest-herald/platform/http';
import { systemClock } from '@nest-herald/platform';
import type { RawStream } from '../support/raw-stream.js';
import { type Answer, SseApp, type SseAppParts, type TestClaims, testToken } from '../support/sse-app.js';
import { until } from '../support/until.js';
import { WebSocketClient } from '../support/web-socket-client.js';

/** The clauses P44 to P46 of PROTOCOL.md on real sockets through Nest, in one process. For several servers: test/e2e/postgres-cluster. */
let sse: SseApp;
const start = async (offlineGraceMs: number, parts: SseAppParts = {}): Promise<void> => {
  const presence = new MemoryPresence(systemClock, { offlineGraceMs });
  sse = await SseApp.start({ ...parts, options: { presence, connectsPerMinute: 0, ...parts.options } });
};
afterEach(() => sse.stop());

const API = '/api/v1/sse';
const admin: TestClaims = { sub: 'boss', permissions: ['sse:admin'] };
const follow = (claims = admin): Promise<RawStream> => sse.open(claims, '?topics=presence');
const of = (stream: RawStream, userId: string): readonly Record<string, unknown>[] =>
  stream.blocks
    .filter(({ event }) => event === 'presence')
    .map(({ data }) => JSON.parse(data ?? '') as Record<string, unknown>)
    .filter((data) => data.userId === userId);
const isOnline = async (userId: string): Promise<boolean> =>
  (await sse.call('GET', `${API}/online-users/${userId}`, admin)).body?.online === true;
const leave = async (stream: RawStream, userId: string): Promise<void> => {
  stream.destroy();
  await until(`${userId} has left`, async () => !(await isOnline(userId)));
};

describe('presence', () => {
  it('P45: announces who of the tenant comes online and goes offline, in an event without an id', async () => {
    await start(1);
    const [follower, foreign] = [await follow(), await follow({ ...admin, tenant_id: 'beta' })];
    await sse.open({ sub: 'eve', tenant_id: 'beta' });
    const ann = await sse.open({ sub: 'ann' });
    await follower.until(() => of(follower, 'ann').length === 1);
    await leave(ann, 'ann');
    await follower.until(() => of(follower, 'ann').length === 2);
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(of(follower, 'ann')).toEqual([
      { userId: 'ann', online: true, connections: 1, at, generation: 1 },
      { userId: 'ann', online: false, connections: 0, at, generation: 1 },
    ]);
    expect(follower.blocks.filter(({ event, id }) => event === 'presence' && id !== undefined)).toEqual([]);
    await foreign.until(() => of(foreign, 'eve').length === 1);
    expect([of(follower, 'eve'), of(foreign, 'ann')]).toEqual([[], []]);
  });

  it('P45: announces neither a reload nor a second tab', async () => {
    await start(300_000);
    const follower = await follow();
    const first = await sse.open({ sub: 'ann' });
    await leave(first, 'ann');
    const list = (query: string): Promise<Answer> => sse.call('GET', `${API}/online-users${query}`, admin);
    expect((await list('')).body).toMatchObject({ total: 1, items: [{ userId: 'boss' }] });
    expect((await list('?leaving=true')).body).toMatchObject({
      total: 2,
      items: [
        { userId: 'ann', connections: 0, generation: 1 },
        { userId: 'boss', connections: 1 },
      ],
    });
    expect((await list('?leaving=yes')).status).toBe(400);
    const [second, third] = [await sse.open({ sub: 'ann' }), await sse.open({ sub: 'ann' })];
    second.destroy();
    third.destroy();
    await until('ann has left', async () => !(await isOnline('ann')));
    await sse.open({ sub: 'last' });
    await follower.until(() => of(follower, 'last').length === 1);
    expect(of(follower, 'ann')).toMatchObject([{ online: true, generation: 1 }]);
  });

  it('P46: numbers the sessions of a user, also in the state that a follower fetches', async () => {
    await start(1);
    const follower = await follow();
    for (const generation of [1, 2, 3]) {
      const ann = await sse.open({ sub: 'ann' });
      const list = await sse.call('GET', `${API}/online-users`, admin);
      expect(list.body?.items).toMatchObject([
        { userId: 'ann', generation },
        { userId: 'boss', generation: 1 },
      ]);
      await leave(ann, 'ann');
      await follower.until(() => of(follower, 'ann').length === 2 * generation);
      expect((await sse.call('GET', `${API}/online-users/ann`, admin)).body).toMatchObject({
        online: false,
        generation,
      });
    }
    expect(of(follower, 'ann').map(({ online, generation }) => [online, generation])).toEqual(
      [1, 2, 3].flatMap((n) => [
        [true, n],
        [false, n],
      ]),
    );
  });

  it('reaches code in the process that follows the topic, also when no stream does', async () => {
    await start(1);
    const heard: string[] = [];
    const subscription = sse.broker
      .events('acme', { topics: ['presence'] })
      .subscribe(({ event }) => heard.push(event));
    await sse.open({ sub: 'ann' });
    await until('heard', () => heard.length > 0);
    subscription.unsubscribe();
    expect(heard).toEqual(['presence']);
  });
});

/** A route of the host that grants a reserved topic. */
@Controller('host')
@UseFilters(ProblemFilter)
class HostController {
  constructor(@Inject(StreamIntake) private readonly intake: StreamIntake) {}

  @Get('stream')
  async open(@Req() request: IncomingMessage): Promise<object> {
    const principal = await this.intake.identify(request, { anyAccept: true });
    (await this.intake.prepare(request, principal, { grantedTopics: ['presence'] })).abandon();
    return { granted: true };
  }
}

describe('a user without sse:admin, where the host allows every topic', () => {
  const everything: SseAppParts = {
    options: { topicAuthorizer: { mayFollow: () => true } },
    extras: { websocket: true },
    controllers: [HostController],
  };
  const ann: TestClaims = { sub: 'ann', topics: ['**', 'presence'], roles: ['manager'], permissions: ['sse:send'] };
  const denied = { status: 403, body: { code: 'topic_forbidden', denied: ['presence'] } };
  const idOf = (stream: RawStream): string =>
    (JSON.parse(stream.blocks[0]?.data ?? '') as { connectionId: string }).connectionId;

  it('P44: may not follow presence on a stream, a poll, a WebSocket, an open stream or a route of the host', async () => {
    await start(1, everything);
    const stream = await sse.open(ann);
    const put = (claims: TestClaims): Promise<Answer> =>
      sse.call('PUT', `${API}/connections/${idOf(stream)}/topics`, claims, { topics: ['presence'] });
    expect(await sse.call('GET', `${API}/stream?topics=presence`, ann)).toMatchObject(denied);
    expect(await sse.call('GET', `${API}/poll?topics=presence`, ann)).toMatchObject(denied);
    expect(await put(ann)).toMatchObject(denied);
    expect(await sse.call('GET', '/host/stream', ann)).toMatchObject(denied);
    expect((await sse.call('GET', '/host/stream', admin)).body).toEqual({ granted: true });
    const headers = { authorization: `Bearer ${testToken(ann)}` };
    expect(await WebSocketClient.open(`${sse.url}${API}/ws?topics=presence`, headers)).toMatchObject(denied);
  });

  it('P44: gets no presence by a wildcard, nor after the permission is lost with the token', async () => {
    await start(1, everything);
    const follower = await follow();
    const wild = await sse.open(ann, '?topics=*,**,*:*,*:**,presences');
    const demoted = await sse.open({ ...admin, sub: 'ann' }, '?topics=presence');
    const refreshed = await sse.call('POST', `${API}/connections/${idOf(demoted)}/token`, ann);
    expect(refreshed).toMatchObject({ status: 200, body: { topics: [], denied: ['presence'] } });
    const before = of(demoted, 'bob').length;
    await sse.open({ sub: 'bob' });
    await follower.until(() => of(follower, 'bob').length === 1);
    await sse.broker.sendToTenant('acme', { event: 'barrier', data: '' });
    await Promise.all([wild.event('barrier'), demoted.event('barrier')]);
    expect([of(wild, 'bob'), of(demoted, 'bob').length - before]).toEqual([[], 0]);
    expect(wild.text).not.toContain('event: presence');
  });

  it('P44: may not publish presence in any way', async () => {
    await start(1, everything);
    const send = (body: unknown): Promise<Answer> => sse.call('POST', `${API}/send`, ann, body);
    for (const topic of ['presence', 'presence:ann']) {
      for (const durable of [true, false]) {
        expect(await send({ target: { topic }, data: 1, durable })).toMatchObject({
          status: 403,
          body: { code: 'forbidden' },
        });
      }
      await expect(sse.broker.sendToTopic('acme', topic, { data: 1 })).rejects.toMatchObject({
        code: 'ERR_SSE_RESERVED_TOPIC',
      });
    }
    expect(await send({ target: { user: 'boss' }, event: 'presence', data: {}, durable: false })).toMatchObject({
      status: 400,
      body: { code: 'invalid_request' },
    });
  });
});
