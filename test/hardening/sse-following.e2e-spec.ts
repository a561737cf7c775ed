import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Answer, SseApp, type SseAppParts, type TestClaims, testToken } from '../support/sse-app.js';
import { until } from '../support/until.js';
import { WebSocketClient } from '../support/web-socket-client.js';

/** What hostile clients of polls and WebSockets must not read or use up. */
let sse: SseApp;
const start = async (parts: SseAppParts = {}): Promise<void> => {
  sse = await SseApp.start({ extras: { websocket: true }, ...parts });
};
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await sse.stop();
});

const poll = (query: string, claims: TestClaims = {}): Promise<Answer> =>
  sse.call('GET', `/api/v1/sse/poll${query}`, claims);
const connections = (): number => sse.broker.stats(null).connections;

describe('a hostile poll', () => {
  it('gets a resync and no event for the cursor of another tenant', async () => {
    await start();
    await sse.broker.sendToUser('beta', 'ann', { data: 'secret of beta' });
    const foreign = await poll('', { tenant_id: 'beta' });
    await sse.broker.sendToUser('beta', 'ann', { data: 'secret of beta' });
    const answer = await poll(`?after=${String(foreign.body?.position)}&tenant_id=beta&waitMs=0`);
    expect(answer).toMatchObject({ status: 200, body: { events: [], resync: { reason: 'epoch' } } });
    expect(answer.body?.position).not.toBe(foreign.body?.position);
  });

  it('gets only the slots of one user, even a thousand at once, and others are admitted', async () => {
    await start({ options: { pollsPerMinute: 0, maxConnectionsPerUser: 10 } });
    const position = String((await poll('')).body?.position);
    const ask = (): Promise<Answer> => poll(`?after=${position}&waitMs=55000`);
    const held = Array.from({ length: 10 }, ask);
    await until('ten wait', () => connections() === 10);
    // In batches, so that the test reaches this limit and not the backlog of the machine.
    for (let wave = 0; wave < 10; wave++) {
      const statuses = await Promise.all(Array.from({ length: 99 }, async () => (await ask()).status));
      expect(new Set(statuses)).toEqual(new Set([429]));
      expect(connections()).toBe(10);
    }
    expect((await poll('', { sub: 'bob' })).status).toBe(200);
    await sse.broker.sendToUser('acme', 'ann', { data: 'enough' });
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200));
    await until('all slots are free', () => connections() === 0);
  }, 60_000);

  it('is limited in rate when it is answered at once', async () => {
    await start({ options: { pollsPerMinute: 60, connectBurst: 30 } });
    const statuses = await Promise.all(Array.from({ length: 100 }, async () => (await poll('')).status));
    expect(statuses.filter((status) => status === 200).length).toBeLessThan(45);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
  });

  it.each([
    '__proto__',
    '%00',
    '%F0%9F%98%80',
    "'; drop table sse.event_log --",
    'a'.repeat(200),
    '-1',
    '9'.repeat(30),
  ])('gets a resync for the cursor %j', async (after) => {
    await start();
    expect(await poll(`?after=${after.includes('%') ? after : encodeURIComponent(after)}`)).toMatchObject({
      status: 200,
      body: { resync: { reason: 'invalid_cursor' } },
    });
  });
});

describe('a hostile upgrade', () => {
  const handshake = (headers: Readonly<Record<string, string>>, target = '/api/v1/sse/ws'): string =>
    [
      `GET ${target} HTTP/1.1`,
      'Host: localhost',
      ...Object.entries(headers).map((pair) => pair.join(': ')),
      '',
      '',
    ].join('\r\n');
  const knock = async (text: string): Promise<Socket & { received: string }> => {
    const { port } = new URL(sse.url);
    const socket = Object.assign(connect({ host: '127.0.0.1', port: Number(port) }), { received: '' });
    sockets.push(socket);
    socket.on('data', (data: Buffer) => (socket.received += data.toString('latin1')));
    socket.on('error', () => {});
    socket.write(text);
    return socket;
  };
  const proper = {
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };

  it.each<[string, Readonly<Record<string, string>>]>([
    ['no key', { 'Sec-WebSocket-Key': '' }],
    ['an old version', { 'Sec-WebSocket-Version': '8' }],
    ['another protocol', { Upgrade: 'h2c' }],
  ])('with %s is 400, a problem document, and takes no slot', async (_, change) => {
    await start();
    const socket = await knock(handshake({ ...proper, ...change, Authorization: `Bearer ${testToken()}` }));
    await until('the answer is over', () => socket.closed || socket.readableEnded);
    expect(socket.received).toMatch(/^HTTP\/1\.1 400 [^]*application\/problem\+json[^]*"code":"invalid_request"/);
    expect(sse.broker.stats(null).connectsTotal).toBe(0);
  });

  it('of a client that disconnects at once releases its slot', async () => {
    await start({ options: { maxConnectionsPerUser: 1, connectsPerMinute: 0 } });
    for (let n = 0; n < 20; n++) {
      const socket = await knock(handshake({ ...proper, Authorization: `Bearer ${testToken()}` }));
      socket.on('connect', () => setImmediate(() => socket.resetAndDestroy()));
      await until('it is gone', () => socket.destroyed);
    }
    await until('the slot is free', async () => {
      const client = await WebSocketClient.open(`${sse.url}/api/v1/sse/ws`, { authorization: `Bearer ${testToken()}` });
      if (!(client instanceof WebSocketClient)) return false;
      client.socket.terminate();
      return true;
    });
    await until('nothing is left', () => connections() === 0);
  });

  it('that sends garbage frames is closed and affects no other', async () => {
    await start();
    const socket = await knock(handshake({ ...proper, Authorization: `Bearer ${testToken()}` }));
    await until('it is open', () => socket.received.includes('connected'));
    const bystander = await sse.open({ sub: 'bob' });
    socket.write(Buffer.from('ffffffffffffffffffffffff', 'hex'));
    await until('it is closed', () => socket.readableEnded || socket.destroyed);
    await until('one is left', () => connections() === 1);
    await sse.broker.sendToUser('acme', 'bob', { event: 'note', data: 'still' });
    expect(await bystander.event('note')).toMatchObject({ data: 'still' });
  });
});
