import { get, type Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryEventLog } from '@nest-herald/sse/spi';
import { ManualClock, MemoryLogStore } from '@nest-herald/sse/testing';
import { WebSocket, WebSocketServer } from 'ws';
import { SseApp, type SseAppParts, type TestClaims, testToken } from '../support/sse-app.js';
import { until } from '../support/until.js';
import { WebSocketClient, type WebSocketRefusal } from '../support/web-socket-client.js';

/** The clauses P80 to P84 of PROTOCOL.md on real sockets through Nest. */
const PATH = '/api/v1/sse/ws';
let sse: SseApp;
const clients: WebSocketClient[] = [];
const start = async (parts: SseAppParts = {}): Promise<void> => {
  sse = await SseApp.start({
    ...parts,
    options: { connectsPerMinute: 0, ...parts.options },
    extras: { websocket: true, aliases: true, ...parts.extras },
  });
};
afterEach(async () => {
  for (const client of clients.splice(0)) client.socket.terminate();
  await sse.stop();
});

const bearer = (claims: TestClaims = {}): Record<string, string> => ({ authorization: `Bearer ${testToken(claims)}` });
const knock = (query: string, headers: Record<string, string>, path = PATH): ReturnType<typeof WebSocketClient.open> =>
  WebSocketClient.open(`${sse.url}${path}${query}`, headers);
const open = async (query = '', headers = bearer(), path = PATH): Promise<WebSocketClient> => {
  const client = await knock(query, headers, path);
  if (!(client instanceof WebSocketClient)) throw new Error(`refused: ${JSON.stringify(client)}`);
  clients.push(client);
  await client.frame('connected');
  return client;
};
const connections = (): number => sse.broker.stats(null).connections;
const empty = (): Promise<unknown> => until('no connection is left', () => connections() === 0, 15_000);
const toAnn = (data: unknown, durable = true): Promise<unknown> =>
  sse.broker.sendToUser('acme', 'ann', { event: 'note', data, durable });

describe('a WebSocket', () => {
  it.each([PATH, '/api/v1/notifications/ws'])(
    'P80: carries each frame as one text {id?, event, data}: %s',
    async (path) => {
      await start();
      const client = await open('', bearer(), path);
      expect(client.socket.extensions).toBe('');
      await toAnn({ n: 1 });
      await toAnn('a\r\nb', false);
      await toAnn('last');
      await until('three frames', () => client.frames.length === 4, 15_000);
      const [connected, ...events] = client.frames;
      expect(JSON.parse(connected?.data ?? '')).toMatchObject({ resume: 'live', topics: [] });
      const epoch = String(connected?.id).slice(0, 8);
      expect(events).toEqual([
        { id: `${epoch}.1`, event: 'note', data: '{"n":1}' },
        { event: 'note', data: 'a\nb' },
        { id: `${epoch}.2`, event: 'note', data: 'last' },
      ]);
    },
  );

  it('P80: resumes after the cursor of its query, in order and once, or sends resync', async () => {
    await start();
    const client = await open();
    for (let n = 0; n < 30; n++) await toAnn(String(n));
    const cursor = String(client.frames[0]?.id);
    const again = await open(`?lastEventId=${cursor}`);
    await until('all came', () => again.frames.length === 31, 15_000);
    expect(again.frames.slice(1).map(({ data }) => data)).toEqual(Array.from({ length: 30 }, (_, n) => String(n)));
    const lost = await open('?last_event_id=aaaaaaaa.3');
    expect(JSON.parse((await lost.frame('resync')).data)).toEqual({ reason: 'epoch', scopes: ['*'] });
  });

  it('P81: opens with a header, once with a ticket, and with the cookie of its own site', async () => {
    await start();
    const { body } = await sse.call('POST', '/api/v1/sse/tickets');
    await open(`?ticket=${String(body?.ticket)}`, {});
    expect(await knock(`?ticket=${String(body?.ticket)}`, {})).toMatchObject({
      status: 401,
      body: { code: 'invalid_ticket' },
    });
    await open('', { cookie: `herald_session=${testToken()}`, origin: sse.url });
  });

  it('P82: sends close and a close code when the server closes it', async () => {
    await start();
    const client = await open();
    await sse.broker.disconnect('acme', { userId: 'ann' });
    expect(JSON.parse((await client.frame('close')).data)).toMatchObject({ reason: 'revoked' });
    expect(await client.closed()).toBe(4002);
    await empty();
  });

  it('P82: drains with close and code 1001, and the application stops', async () => {
    await start();
    const client = await open();
    await sse.app.close();
    expect(JSON.parse((await client.frame('close')).data)).toMatchObject({ reason: 'shutdown', reconnect: true });
    expect(await client.closed()).toBe(1001);
  });

  it('P83: is closed when its client sends data', async () => {
    await start();
    const talker = await open();
    talker.socket.send('{"subscribe":"all"}');
    expect(await talker.closed()).toBe(1003);
    const shouter = await open();
    shouter.socket.send('x'.repeat(4_097));
    expect(await shouter.closed()).toBe(1009);
    await empty();
  });

  it('P84: has a ping with every heartbeat, a frame unless it asked for comments, and is dropped without pongs', async () => {
    const clock = new ManualClock();
    await start({ options: { clock, eventLog: new MemoryEventLog(new MemoryLogStore('log', clock)) } });
    const iat = clock.now().getTime() / 1_000;
    const headers = bearer({ iat, exp: iat + 3_000 });
    const client = await open('', headers);
    const quiet = await open('?heartbeat=comment', headers);
    const dead = (await WebSocketClient.open(`${sse.url}${PATH}`, headers, { autoPong: false })) as WebSocketClient;
    clients.push(dead);
    for (let beat = 1; beat <= 3; beat++) {
      clock.advance(17_000);
      await until('the beat', () => client.pings === beat && quiet.pings === beat, 15_000);
    }
    await dead.closed();
    expect(dead.pings).toBe(2);
    await client.frame('heartbeat');
    expect(quiet.frames.map(({ event }) => event)).toEqual(['connected']);
    await until('the dead one is gone', () => connections() === 2, 15_000);
  });

  it('closes a client that does not read, and no other', async () => {
    await start({ options: { maxQueuedBytes: 65_536 } });
    const stalled = await open();
    const reader = await open();
    stalled.socket.pause();
    const data = 'x'.repeat(60_000);
    for (let n = 0; connections() === 2; n++) {
      await toAnn(`${n}${data}`);
      await new Promise((resolve) => setImmediate(resolve));
      if (n > 2_000) throw new Error('The stalled client was never closed.');
    }
    expect(sse.broker.stats(null).slowConsumersTotal).toBe(1);
    await toAnn('still here');
    await until('the reader has it', () => reader.frames.some((frame) => frame.data === 'still here'), 15_000);
  });
});

describe('a refusal of a WebSocket', () => {
  it.each<[string, string, Record<string, string>, number, string]>([
    ['no credential', '', {}, 401, 'missing_token'],
    ['a token in the URL', '?token=x', bearer(), 400, 'token_in_url'],
    ['an invalid token', '', { authorization: 'Bearer x' }, 401, 'invalid_token'],
    [
      'the cookie from a foreign page',
      '',
      { cookie: `herald_session=${testToken()}`, origin: 'https://evil.example' },
      403,
      'origin_forbidden',
    ],
    ['a denied topic', '?topics=doc:1', bearer(), 403, 'topic_forbidden'],
    ['an invalid topic', '?topics=a::b', bearer(), 400, 'invalid_topic'],
  ])('is a problem document before the upgrade and takes no slot: %s', async (_, query, headers, status, code) => {
    await start({ options: { maxConnectionsPerUser: 1 } });
    const refusal = (await knock(query, headers)) as WebSocketRefusal;
    expect(refusal).toMatchObject({ status, body: { code, status, requestId: expect.any(String) } });
    expect(refusal.headers['content-type']).toBe('application/problem+json');
    expect(refusal.headers['www-authenticate'] !== undefined).toBe(status === 401);
    expect(sse.broker.stats(null).connectsTotal).toBe(0);
    await open();
  });

  it('has Retry-After when no slot is free', async () => {
    await start({ options: { maxConnectionsPerUser: 1 } });
    await open();
    const refusal = (await knock('', { ...bearer(), accept: 'text/event-stream' })) as WebSocketRefusal;
    expect(refusal).toMatchObject({ status: 429, body: { code: 'connection_limit' } });
    expect(Number(refusal.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('upgrades of other paths', () => {
  it('are handled as ordinary requests when there is no other listener', async () => {
    await start();
    const answer = await new Promise<string>((resolve, reject) => {
      const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', ...bearer({ roles: ['admin'] }) };
      get(`${sse.url}/api/v1/sse/stats`, { headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => resolve(text));
      }).on('error', reject);
    });
    expect(JSON.parse(answer)).toMatchObject({ tenantId: 'acme' });
  });

  it('may open streams, which end when their client disconnects', async () => {
    await start();
    const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', ...bearer() };
    const text = await new Promise<string>((resolve, reject) => {
      const request = get(`${sse.url}/api/v1/sse/stream`, { headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          if (!text.includes('event: connected')) return;
          resolve(text);
          request.destroy();
        });
        response.on('error', () => {});
      }).on('error', reject);
    });
    expect(text).toContain('event: connected');
    await empty();
  });

  it('are handled by the gateways of the host', async () => {
    await start();
    const gateway = new WebSocketServer({ noServer: true });
    const server = sse.app.getHttpServer() as Server;
    server.on('upgrade', (request, socket, head) => {
      if (request.url === '/chat') gateway.handleUpgrade(request, socket, head, (one) => one.send('hello'));
    });
    const chat = new WebSocket(`${sse.url.replace('http', 'ws')}/chat`);
    expect(await new Promise((resolve) => chat.once('message', (text: Buffer) => resolve(text.toString())))).toBe(
      'hello',
    );
    const client = await open();
    await toAnn('both');
    expect((await client.frame('note')).data).toBe('both');
    chat.terminate();
    gateway.close();
  });
});
