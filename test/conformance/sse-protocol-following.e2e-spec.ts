import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryEventLog } from '@nest-herald/sse/spi';
import { ManualClock, MemoryLogStore } from '@nest-herald/sse/testing';
import type { Block, RawStream } from '../support/raw-stream.js';
import { SseApp, type SseAppParts } from '../support/sse-app.js';

/** The clauses of PROTOCOL.md about topics and replay, each on a real socket through Nest. */
let sse: SseApp;
const start = async (parts?: SseAppParts): Promise<SseApp> => (sse = await SseApp.start(parts));
afterEach(() => sse.stop());

const toTopic = (topic: string, data: string): Promise<void> =>
  sse.broker.sendToTopic('acme', topic, { event: 'tick', data });
const toAnn = (data: string): Promise<void> => sse.broker.sendToUser('acme', 'ann', { event: 'tick', data });
const ticks = (stream: RawStream): readonly (string | undefined)[] =>
  stream.blocks.filter(({ event }) => event === 'tick').map(({ data }) => data);
const untilLast = (stream: RawStream, data: string): Promise<void> => stream.until(() => ticks(stream).at(-1) === data);
const first = (stream: RawStream): Block => stream.blocks[0] as Block;
const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => String(from + i));

describe('topics', () => {
  it.each([
    'a::b',
    ':a',
    'a:',
    '..',
    'a:.:b',
    'a b',
    'a：b',
    'a\u200bb',
    'ä',
    '%2e%2e',
    'a:***',
    'a:**:b',
    'a*',
    'x'.repeat(65),
    `${'x:'.repeat(100)}y`,
  ])('P40: are refused when they break the grammar: %j', async (topic) => {
    await start();
    const answer = await sse.call('GET', `/api/v1/sse/stream?topic=${encodeURIComponent(topic)}`, { topics: ['**'] });
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_topic' } });
    await expect(toTopic(topic, 'never')).rejects.toMatchObject({ code: 'ERR_SSE_INVALID_TOPIC' });
  });

  it('P40, P41: are case-sensitive; * is one segment, a trailing ** one or more', async () => {
    await start();
    const stream = await sse.open({ topics: ['**'] }, '?topics=one:*,many:**,Case:x');
    const sent: [string, boolean][] = [
      ['one:a', true],
      ['one', false],
      ['one:a:b', false],
      ['many:a', true],
      ['many:a:b', true],
      ['many', false],
      ['case:x', false],
      ['Case:x', true],
    ];
    for (const [topic] of sent) await toTopic(topic, topic);
    await toAnn('end');
    await untilLast(stream, 'end');
    expect(ticks(stream)).toEqual([...sent.filter(([, comes]) => comes).map(([topic]) => topic), 'end']);
  });

  it('P42: are at most 50 for one connection', async () => {
    await start();
    const query = (count: number): string => `?topics=${numbers(1, count).join()}`;
    const answer = await sse.call('GET', `/api/v1/sse/stream${query(51)}`, { topics: ['**'] });
    expect(answer).toMatchObject({ status: 400, body: { code: 'too_many_topics' } });
    const stream = await sse.open({ topics: ['**'] }, query(50));
    await toTopic('50', 'the last one');
    await untilLast(stream, 'the last one');
  });

  it('P43: may be followed by a pattern exactly when a pattern of the token covers it', async () => {
    await start();
    const asked: [string, boolean][] = [
      ['doc:1', true],
      ['doc:*', true],
      ['doc:**', false],
      ['*:1', false],
      ['job:**', true],
      ['job:*:x', true],
      ['**', false],
    ];
    for (const [topic, isCovered] of asked) {
      const claims = { topics: ['doc:*', 'job:**'] };
      if (isCovered) (await sse.open(claims, `?topics=${topic}`)).destroy();
      else {
        expect(await sse.call('GET', `/api/v1/sse/stream?topics=${topic}`, claims)).toMatchObject({
          status: 403,
          body: { code: 'topic_forbidden', denied: [topic] },
        });
      }
    }
  });
});

describe('a replay', () => {
  it('P50: applies the current rights to past events', async () => {
    await start();
    const before = first(await sse.open({ roles: ['buyer'] })).id;
    await sse.broker.sendToRole('acme', 'buyer', { event: 'tick', data: 'for buyers' });
    await sse.broker.sendToRole('acme', 'seller', { event: 'tick', data: 'for sellers' });
    await toAnn('end');
    const stream = await sse.open({ roles: ['seller'] }, `?last_event_id=${before}`);
    await untilLast(stream, 'end');
    expect(ticks(stream)).toEqual(['for sellers', 'end']);
  });

  it('P51: switches to live without loss, duplicate or inversion while others publish', async () => {
    await start({ options: { maxConnectionsPerUser: 0, connectsPerMinute: 0 } });
    const before = first(await sse.open()).id;
    for (const data of numbers(1, 200)) await toAnn(data);
    let published = 200;
    let isOver = false;
    const publishing = (async () => {
      while (!isOver) {
        await toAnn(String((published += 1)));
        // In memory a send completes at once; without a pause no other task would run.
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    const streams = await Promise.all(numbers(1, 8).map(() => sse.open({}, `?last_event_id=${before}`)));
    isOver = true;
    await publishing;
    await toAnn('end');
    for (const stream of streams) {
      await untilLast(stream, 'end');
      expect(ticks(stream)).toEqual([...numbers(1, published), 'end']);
    }
  });

  it('P37: that is impossible gives its reason, for each of the four, and jumps to the newest position', async () => {
    const clock = new ManualClock();
    const store = new MemoryLogStore('log', clock, { maxEventsPerTenant: 3 });
    await start({ options: { clock, eventLog: new MemoryEventLog(store), ringMaxEvents: 1, replayMaxEvents: 2 } });
    const exp = clock.now().getTime() / 1_000 + 600;
    const open = (cursor?: string): Promise<RawStream> =>
      sse.open({ iat: exp - 600, exp }, cursor === undefined ? '' : `?last_event_id=${cursor}`);
    const positions: string[] = [first(await open()).id ?? ''];
    for (const data of numbers(1, 5)) {
      await toAnn(data);
      positions.push(first(await open()).id ?? '');
    }
    const epoch = positions[0]?.split('.')[0] ?? '';
    const reasons: [string, string | undefined][] = [
      ['history_gap', positions[1]],
      ['overflow', positions[2]],
      ['epoch', `${epoch === 'aaaaaaaa' ? 'bbbbbbbb' : 'aaaaaaaa'}.1`],
      ['invalid_cursor', `${epoch}.6`],
      ['invalid_cursor', 'nonsense'],
    ];
    for (const [reason, cursor] of reasons) {
      const stream = await open(cursor);
      const resync = await stream.event('resync');
      expect(resync.id).toBe(positions[5]);
      expect(JSON.parse(resync.data ?? '')).toEqual({ reason, scopes: ['*'] });
      stream.destroy();
    }
  });

  it('P52: beyond its limit sends resync once and continues live', async () => {
    await start({ options: { replayMaxEvents: 5 } });
    const before = first(await sse.open()).id;
    for (const data of numbers(1, 5)) await toAnn(data);
    const all = await sse.open({}, `?last_event_id=${before}`);
    await untilLast(all, '5');
    await toAnn('6');
    const beyond = await sse.open({}, `?last_event_id=${before}`);
    await beyond.event('resync');
    await toAnn('live');
    await untilLast(beyond, 'live');
    expect(ticks(all).slice(0, 5)).toEqual(numbers(1, 5));
    expect(ticks(beyond).at(-1)).toBe('live');
    expect(beyond.blocks.filter(({ event }) => event === 'resync')).toHaveLength(1);
  });
});
