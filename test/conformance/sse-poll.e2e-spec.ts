import { Agent, get } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryEventLog } from '@nest-herald/sse/spi';
import { systemClock } from '@nest-herald/platform';
import { ManualClock, MemoryLogStore } from '@nest-herald/sse/testing';
import { type Answer, SseApp, type SseAppParts, type TestClaims, testToken } from '../support/sse-app.js';
import { until } from '../support/until.js';

/** The clauses P70 to P74 of PROTOCOL.md on real sockets through Nest. */
const apps: SseApp[] = [];
let sse: SseApp;
const start = async (parts: SseAppParts = {}): Promise<SseApp> => {
  sse = await SseApp.start({ ...parts, options: { connectsPerMinute: 0, pollsPerMinute: 0, ...parts.options } });
  apps.push(sse);
  return sse;
};
afterEach(async () => {
  for (const app of apps.splice(0)) await app.stop();
});

interface Poll {
  readonly events: readonly { readonly id?: string; readonly event: string; readonly data: string }[];
  readonly position: string;
  readonly resync: { readonly reason: string; readonly scopes: readonly string[] } | null;
}

const ask = (query: string, claims: TestClaims | null = {}): Promise<Answer> =>
  sse.call('GET', `/api/v1/sse/poll${query}`, claims);
const poll = async (after: string, waitMs: number, claims: TestClaims = {}, more = ''): Promise<Poll> => {
  const answer = await ask(`?after=${encodeURIComponent(after)}&waitMs=${waitMs}${more}`, claims);
  expect(answer.status).toBe(200);
  return answer.body as unknown as Poll;
};
const now = async (claims: TestClaims = {}): Promise<string> => {
  const answer = await ask('', claims);
  expect(answer).toMatchObject({ status: 200, body: { events: [], resync: null } });
  return (answer.body as unknown as Poll).position;
};
const waiting = (count = 1): Promise<unknown> =>
  until('the polls wait', () => sse.broker.stats(null).connections === count, 15_000);
const toAnn = (data: unknown, durable = true): Promise<unknown> =>
  sse.broker.sendToUser('acme', 'ann', { event: 'note', data, durable });

describe('a poll', () => {
  it('P70: answers at once without `after`, with the position to continue from', async () => {
    await start();
    await toAnn('before');
    const position = await now();
    expect(position).toMatch(/^[a-z0-9]{8}\.1$/);
    await toAnn('later');
    expect(await poll(position, 55_000)).toEqual({
      events: [{ id: position.replace(/1$/, '2'), event: 'note', data: 'later' }],
      position: position.replace(/1$/, '2'),
      resync: null,
    });
  });

  it('P70: waits for the next event, at most for the time of the request', async () => {
    await start();
    const position = await now();
    const answer = poll(position, 55_000);
    await waiting();
    await toAnn({ n: 1 });
    expect((await answer).events).toEqual([{ id: expect.any(String), event: 'note', data: '{"n":1}' }]);
    expect(await poll((await answer).position, 50)).toEqual({
      events: [],
      position: (await answer).position,
      resync: null,
    });
  });

  it('P70: moves past events that the user may not see', async () => {
    await start();
    const position = await now();
    await sse.broker.sendToUser('acme', 'bob', { data: 'not for ann' });
    expect(await poll(position, 0)).toEqual({ events: [], position: position.replace(/0$/, '1'), resync: null });
  });

  it('P70: ends with an ephemeral event, which has no id and does not move the position', async () => {
    await start();
    const position = await now();
    const answer = poll(position, 55_000);
    await waiting();
    await toAnn('tick', false);
    expect(await answer).toEqual({ events: [{ event: 'note', data: 'tick' }], position, resync: null });
  });

  it('P71: carries as data what a stream would carry', async () => {
    await start();
    const position = await now();
    await toAnn('a\r\nb\rc\nd');
    expect((await poll(position, 0)).events[0]?.data).toBe('a\nb\nc\nd');
  });

  it('P72: answers at most 200 events, with the position to continue from', async () => {
    await start();
    let position = await now();
    for (let n = 1; n <= 450; n++) await toAnn(String(n));
    const sizes: number[] = [];
    const seen: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const { events, position: next } = await poll(position, 0);
      sizes.push(events.length);
      seen.push(...events.map(({ data }) => data));
      expect(next).toBe(events.at(-1)?.id);
      position = next;
    }
    expect(sizes).toEqual([200, 200, 50]);
    expect(seen).toEqual(Array.from({ length: 450 }, (_, n) => String(n + 1)));
  });

  it('P72: answers no further event once it has 256 KiB of data', async () => {
    await start();
    const position = await now();
    for (let n = 0; n < 10; n++) await toAnn('x'.repeat(60_000));
    const { events, position: next } = await poll(position, 0);
    expect(events).toHaveLength(5);
    expect((await poll(next, 0)).events).toHaveLength(5);
  });

  it.each([
    ['malformed', 'nonsense', 'invalid_cursor'],
    ['of another epoch', 'aaaaaaaa.1', 'epoch'],
    ['ahead of the log', 'ahead', 'invalid_cursor'],
  ])('P73: answers `resync` at once for a cursor that is %s', async (_, cursor, reason) => {
    await start();
    await toAnn('one');
    const position = await now();
    const after = cursor === 'ahead' ? position.replace(/1$/, '99') : cursor;
    expect(await poll(after, 55_000)).toEqual({ events: [], position, resync: { reason, scopes: ['*'] } });
  });

  it('P74: counts as online while it waits and until 30 s after its response', async () => {
    const clock = new ManualClock();
    await start({ options: { clock, eventLog: new MemoryEventLog(new MemoryLogStore('log', clock)) } });
    const iat = clock.now().getTime() / 1_000;
    const claims = { iat, exp: iat + 600 };
    const boss = { ...claims, sub: 'boss', roles: ['admin'] };
    await now(claims);
    const counts = async (): Promise<unknown> => {
      const { body } = await sse.call('GET', '/api/v1/sse/stats', boss);
      return [(body as { byTransport: unknown }).byTransport, await sse.broker.isUserOnline('acme', 'ann')];
    };
    expect(await counts()).toEqual([{ sse: 0, poll: 1, ws: 0 }, true]);
    clock.advance(29_000);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await counts()).toEqual([{ sse: 0, poll: 1, ws: 0 }, true]);
    clock.advance(2_000);
    await until('the poll is forgotten', async () => !(await sse.broker.isUserOnline('acme', 'ann')), 15_000);
    expect(await counts()).toEqual([{ sse: 0, poll: 0, ws: 0 }, false]);
  });

  it('P74: follows topics under the rules of streams', async () => {
    await start();
    const claims = { topics: ['doc:*'] };
    const position = await now(claims);
    const answer = poll(position, 55_000, claims, '&topics=doc:1');
    await waiting();
    await sse.broker.sendToTopic('acme', 'doc:2', { data: 'other' });
    await sse.broker.sendToTopic('acme', 'doc:1', { data: 'mine' });
    expect((await answer).events.map(({ data }) => data)).toEqual(['mine']);
    expect(await ask('?topics=job:1', claims)).toMatchObject({
      status: 403,
      body: { code: 'topic_forbidden', denied: ['job:1'] },
    });
  });
});

describe('a refusal of a poll', () => {
  it.each([
    ['no token', '', null, 401, 'missing_token'],
    ['a token in the URL', '?token=x', {}, 400, 'token_in_url'],
    ['a wait that is not a number', '?waitMs=soon', {}, 400, 'invalid_request'],
    ['too long a wait', '?waitMs=55001', {}, 400, 'invalid_request'],
    ['two cursors', '?after=a&after=b', {}, 400, 'invalid_request'],
    ['an impossible topic', '?topics=a::b', {}, 400, 'invalid_topic'],
    ['an endless request target', `?topics=${'a,'.repeat(6_200)}`, {}, 414, 'uri_too_long'],
  ])('has its real status: %s', async (_, query, claims, status, code) => {
    await start();
    expect(await ask(query, claims as TestClaims | null)).toMatchObject({ status, body: { code } });
    expect(sse.broker.stats(null).connectsTotal).toBe(0);
  });

  it('has its real status for an EventSource too, never a soft refusal', async () => {
    await start({ options: { maxConnectionsPerUser: 1 } });
    const held = await sse.open();
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${testToken()}` };
    const response = await fetch(`${sse.url}/api/v1/sse/poll`, { headers });
    expect([response.status, response.headers.get('content-type')]).toEqual([429, 'application/problem+json']);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    held.destroy();
  });

  it('is 429 beyond the limit of polls per minute', async () => {
    await start({ options: { pollsPerMinute: 60, connectBurst: 3 } });
    const statuses: number[] = [];
    for (let n = 0; n < 4; n++) statuses.push((await ask('')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  it('is 401 when the token expires or is revoked during the wait', async () => {
    const clock = new ManualClock();
    await start({ options: { clock, eventLog: new MemoryEventLog(new MemoryLogStore('log', clock)) } });
    const iat = clock.now().getTime() / 1_000;
    const short = { iat, exp: iat + 20, sub: 'ann' };
    const position = await now(short);
    const expiring = ask(`?after=${position}&waitMs=55000`, short);
    const revoked = ask(`?after=${position}&waitMs=55000`, { iat, exp: iat + 600, sub: 'bob' });
    await waiting(2);
    clock.advance(21_000);
    expect(await expiring).toMatchObject({ status: 401, body: { code: 'token_expired' } });
    await sse.broker.revoke('acme', { userId: 'bob' as never });
    expect(await revoked).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
  });

  it('is 503 with Retry-After when the server drains during the wait', async () => {
    await start();
    const answer = ask(`?after=${await now()}&waitMs=55000`);
    await waiting();
    const stopped = apps.pop()?.stop();
    expect(await answer).toMatchObject({ status: 503, body: { code: 'draining' } });
    expect(Number((await answer).headers.get('retry-after'))).toBeGreaterThan(0);
    await stopped;
  });

  it('does not delay the shutdown, though clients poll again at once on their connections', async () => {
    await start({ options: { maxConnectionsPerUser: 0 } });
    const position = await now();
    const agent = new Agent({ keepAlive: true });
    const closings: (string | undefined)[] = [];
    const again = (): Promise<number> =>
      new Promise((resolve) => {
        get(
          `${sse.url}/api/v1/sse/poll?after=${position}&waitMs=55000`,
          { agent, headers: { authorization: `Bearer ${testToken()}` } },
          (response) => {
            closings.push(response.headers.connection);
            response.resume().on('end', () => resolve(response.statusCode ?? 0));
          },
          // The server no longer listens, so the client stops.
        ).on('error', () => resolve(0));
      });
    const clients = Array.from({ length: 20 }, async () => {
      for (;;) if ((await again()) === 0) return;
    });
    await waiting(20);
    await apps.pop()?.stop();
    await Promise.all(clients);
    agent.destroy();
    expect(new Set(closings)).toEqual(new Set(['close']));
  });
});

describe('a client that disconnects', () => {
  it('releases its slot', async () => {
    await start({ options: { maxConnectionsPerUser: 1 } });
    const position = await now();
    for (let n = 0; n < 3; n++) {
      const abort = new AbortController();
      const left = fetch(`${sse.url}/api/v1/sse/poll?after=${position}&waitMs=55000`, {
        headers: { authorization: `Bearer ${testToken()}` },
        signal: abort.signal,
      }).catch(() => 'left');
      await waiting();
      abort.abort();
      expect(await left).toBe('left');
      await waiting(0);
    }
    await toAnn('still');
    expect((await poll(position, 0)).events).toHaveLength(1);
  });
});

describe('a poller in a loop', () => {
  it('P70, P73: misses and repeats nothing with random publishers, lost responses and a restart', async () => {
    const store = new MemoryLogStore('log', systemClock);
    await start({ options: { eventLog: new MemoryEventLog(store) } });
    let position = await now();
    const published: string[] = [];
    const ids = new Set<string>();
    const seen: string[] = [];
    let isOver = false;
    const publisher = async (name: string): Promise<void> => {
      for (let n = 0; n < 60; n++) {
        const data = `${name}${n}`;
        // A draining server still publishes; the next one has started by then.
        await sse.broker.sendToUser('acme', 'ann', { data });
        published.push(data);
        await sse.broker.sendToUser('acme', 'bob', { data: 'for another' });
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 12));
      }
    };
    const follow = async (): Promise<void> => {
      while (!isOver || seen.length < published.length) {
        const abort = new AbortController();
        // Every third response is dropped as if the connection had broken, and the same position is polled again.
        const isLost = Math.random() < 0.33;
        if (isLost) setTimeout(() => abort.abort(), Math.random() * 20);
        try {
          const response = await fetch(`${sse.url}/api/v1/sse/poll?after=${position}&waitMs=200`, {
            headers: { authorization: `Bearer ${testToken()}` },
            signal: abort.signal,
          });
          if (response.status !== 200) continue;
          const answer = (await response.json()) as Poll;
          expect(answer.resync).toBeNull();
          if (isLost) continue;
          position = answer.position;
          for (const { id, data } of answer.events) {
            expect(ids.has(String(id))).toBe(false);
            ids.add(String(id));
            seen.push(data);
          }
        } catch {
          // The connection broke, or the server has stopped: poll again.
        }
      }
    };
    const following = follow();
    await Promise.all(['a', 'b', 'c'].map(publisher));
    const old = apps.pop();
    await start({ options: { eventLog: new MemoryEventLog(store) } });
    await old?.stop();
    await Promise.all(['d', 'e'].map(publisher));
    isOver = true;
    await following;
    expect([...seen].sort()).toEqual([...published].sort());
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      expect(seen.filter((data) => data.startsWith(name))).toEqual(Array.from({ length: 60 }, (_, n) => `${name}${n}`));
    }
  }, 60_000);
});
