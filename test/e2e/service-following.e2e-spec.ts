import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, call } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';
import { WebSocketClient } from '../support/web-socket-client.js';
import { until } from '../support/until.js';

describe('Polls, WebSockets and repeated sends of the service', () => {
  let database: TestDatabase;
  let service: Service;
  let ann: string;
  let sender: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({ DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET });
    ann = await signToken({ tenant: 'acme', user: 'ann' });
    sender = await signToken({ tenant: 'acme', user: 'sender', permissions: ['sse:send', 'sse:admin'] });
  });
  afterAll(async () => {
    await service?.stop();
    await database?.drop();
  });

  const poll = (after: string, waitMs: number, token = ann): Promise<Answer> =>
    call(`${service.url}/api/v1/sse/poll?after=${after}&waitMs=${waitMs}`, { token });
  const send = (data: string, headers: Readonly<Record<string, string>> = {}, durable = true): Promise<Answer> =>
    call(`${service.url}/api/v1/sse/send`, {
      token: sender,
      headers,
      body: { target: { user: 'ann' }, event: 'note', data, durable },
    });

  it('answer a poll with the events after its position, replayed or live, without control events', async () => {
    const start = await poll('', 55_000);
    expect(start.body).toMatchObject({ events: [], resync: null });
    const waiting = poll(start.body.position, 55_000);
    await until('the poll waits', async () => {
      const { body } = await call(`${service.url}/api/v1/sse/stats`, { token: sender });
      return body.byTransport.poll >= 1;
    });
    await send('live');
    const live = await waiting;
    expect(live.body.events).toEqual([{ id: live.body.position, event: 'note', data: 'live' }]);
    expect((await poll(start.body.position, 0)).body.events).toEqual(live.body.events);
  });

  it('carry a stream over WebSocket at both paths', async () => {
    for (const path of ['/api/v1/sse/ws', '/api/v1/notifications/ws']) {
      const client = await WebSocketClient.open(service.url + path, { authorization: `Bearer ${ann}` });
      if (!(client instanceof WebSocketClient)) throw new Error(JSON.stringify(client));
      await client.frame('connected');
      await send(`over ${path}`);
      expect(await client.frame('note')).toMatchObject({ data: `over ${path}`, id: expect.any(String) });
      client.socket.terminate();
    }
  });

  it('send once per Idempotency-Key, for any number of concurrent and later requests', async () => {
    const { position } = (await poll('', 0)).body;
    const headers = { 'Idempotency-Key': 'send-once' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => send('once', headers)));
    for (const answer of answers) {
      expect([answer.status, answer.body]).toEqual([202, { accepted: true, durable: true, deduplicated: false }]);
    }
    expect(answers.filter((answer) => answer.headers.get('idempotency-replayed') === 'true')).toHaveLength(4);
    expect(await send('another', headers)).toMatchObject({ status: 422, body: { code: 'idempotency_mismatch' } });
    expect(await send('bad key', { 'Idempotency-Key': 'a b' })).toMatchObject({ status: 400 });
    await send('last');
    let seen: string[] = [];
    await until('the last event', async () => {
      seen = (await poll(position, 0)).body.events.map(({ data }: { data: string }) => data);
      return seen.includes('last');
    });
    expect(seen).toEqual(['once', 'last']);
  });

  it('keep no key of a refused send', async () => {
    const headers = { 'Idempotency-Key': 'too-large' };
    expect(await send('x'.repeat(65_537), headers)).toMatchObject({ status: 413 });
    expect(await send('small enough', headers)).toMatchObject({ status: 202 });
  });

  it('send an ephemeral event once per key too', async () => {
    const headers = { 'Idempotency-Key': 'tick-once' };
    expect((await send('tick', headers, false)).body).toMatchObject({ durable: false });
    expect((await send('tick', headers, false)).headers.get('idempotency-replayed')).toBe('true');
  });
});
