import { afterEach, describe, expect, it } from '@jest/globals';
import { MAX_DURABLE_BYTES, MAX_EPHEMERAL_BYTES } from '@nest-herald/sse-protocol';
import { MemoryEventLog } from '@nest-herald/sse/spi';
import { STREAM_ALIASES } from '@nest-herald/sse';
import { ManualClock, MemoryLogStore } from '@nest-herald/sse/testing';
import type { Block, RawStream } from '../support/raw-stream.js';
import { SseApp, type SseAppParts, testToken } from '../support/sse-app.js';

/**
 * The clauses of PROTOCOL.md that a client can observe, each on a real socket through Nest. Unit specs prove them in more
 * cases; sse-protocol-clauses checks that every clause has a test.
 */
let sse: SseApp;
const start = async (parts?: SseAppParts): Promise<SseApp> => (sse = await SseApp.start(parts));
afterEach(() => sse.stop());

const POSITION = /^[a-z0-9]{8}\.(0|[1-9][0-9]{0,15})$/;
const toAnn = (data: unknown, event = 'tick'): Promise<void> => sse.broker.sendToUser('acme', 'ann', { event, data });
const dataOf = (block: Block | undefined): Record<string, unknown> =>
  JSON.parse(block?.data ?? 'null') as Record<string, unknown>;
const ticks = (stream: RawStream): readonly Block[] => stream.blocks.filter(({ event }) => event === 'tick');
const untilTicks = async (stream: RawStream, count: number): Promise<readonly Block[]> => {
  await stream.until(() => ticks(stream).length >= count);
  return ticks(stream);
};
const numberOf = (id: string | undefined): number => Number(id?.split('.')[1]);

describe('positions', () => {
  it('P1, P2: have their grammar and rise by one per event of the tenant, across users and topics', async () => {
    await start();
    const ann = await sse.open({ topics: ['doc:**'] }, '?topics=doc:*');
    const bob = await sse.open({ sub: 'bob' });
    await toAnn('1');
    await sse.broker.sendToUser('acme', 'bob', { event: 'tick', data: '2' });
    await sse.broker.sendToTopic('acme', 'doc:1', { event: 'tick', data: '3' });
    await sse.broker.sendToTenant('beta', { event: 'tick', data: 'of others' });
    await sse.broker.sendToTenant('acme', { event: 'tick', data: '4' });
    const seen = [...(await untilTicks(ann, 3)), ...(await untilTicks(bob, 2))];
    for (const { id, data } of seen) {
      expect(id).toMatch(POSITION);
      expect(String(numberOf(id))).toBe(data);
    }
  });

  it('P3, P4, P6: cause a reset when foreign, ahead or malformed, never an error or foreign events', async () => {
    await start();
    const beta = await sse.open({ tenant_id: 'beta' });
    await sse.broker.sendToTenant('beta', { event: 'tick', data: 'of beta' });
    const [{ id: foreign }] = (await untilTicks(beta, 1)) as [Block];
    await toAnn('of acme');
    const own = (await sse.open()).blocks[0]?.id ?? '';
    for (const cursor of [foreign ?? '', `${own.split('.')[0]}.99`, 'not a position']) {
      const stream = await sse.open({}, '', { 'last-event-id': cursor });
      await stream.event('resync');
      expect(dataOf(stream.blocks[0])).toMatchObject({ resume: 'reset' });
      await toAnn('live');
      await untilTicks(stream, 1);
      expect(stream.text).not.toContain('of ');
      stream.destroy();
    }
  });

  it('P5: are read from the header, else from the query parameters in order', async () => {
    await start();
    const first = await sse.open();
    for (const data of ['1', '2', '3', '4', '5', '6']) await toAnn(data);
    const ids = (await untilTicks(first, 6)).map(({ id }) => id ?? '');
    const names = ['last_event_id', 'lastEventId', 'Last-Event-ID', 'evs_last_event_id'];
    // Each source has another position; the first one present must apply.
    for (let from = 0; from <= names.length; from++) {
      const query = names.map((name, i) => `${name}=${ids[i + 1]}`).slice(Math.max(0, from - 1));
      const headers: Record<string, string> = from === 0 ? { 'last-event-id': ids[0] ?? '' } : {};
      const stream = await sse.open({}, `?${query.join('&')}`, headers);
      expect(stream.blocks[0]?.id).toBe(ids[from]);
      stream.destroy();
    }
  });
});

describe('frames', () => {
  it('P10, P11: have their fields in order, and no payload ends a frame or adds a field', async () => {
    await start();
    const stream = await sse.open();
    await toAnn('a\r\nevent: x\rid: 9\n\ndata: y\n');
    await toAnn('next');
    const [odd, next] = await untilTicks(stream, 2);
    expect(odd?.data).toBe('a\nevent: x\nid: 9\n\ndata: y\n');
    expect(next?.data).toBe('next');
    expect(stream.text).toMatch(
      /\n\nid: \S+\.1\nevent: tick\ndata: a\ndata: event: x\ndata: id: 9\ndata: \ndata: data: y\ndata: \n\n/,
    );
  });

  it('P12, P15: are refused on publication with an invalid or reserved type, and nothing is stored', async () => {
    await start();
    const stream = await sse.open();
    const types = ['', 'a b', 'a\nb', 'ü', 'x'.repeat(65), 'connected', 'heartbeat', 'cursor', 'resync'];
    for (const type of [...types, 'session.expiring', 'problem', 'close', 'error', 'open']) {
      await expect(toAnn('never', type)).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_SSE_(INVALID|RESERVED)_EVENT$/),
      });
    }
    await toAnn('first');
    expect((await untilTicks(stream, 1))[0]?.id).toMatch(/\.1$/);
    expect(stream.text).not.toContain('never');
  });

  it('P13: carry a string as it is, and any other value as JSON', async () => {
    await start();
    const stream = await sse.open();
    const payloads: [unknown, string][] = [
      ['{"a":1}', '{"a":1}'],
      [{ a: [1, null, 'ü'] }, '{"a":[1,null,"ü"]}'],
      [7, '7'],
      [true, 'true'],
      [null, 'null'],
      ['', ''],
    ];
    for (const [payload] of payloads) await toAnn(payload);
    expect((await untilTicks(stream, payloads.length)).map(({ data }) => data)).toEqual(
      payloads.map(([, text]) => text),
    );
  });

  it('P14: carry 65,536 bytes of a durable and 6,000 of an ephemeral event, and not one more', async () => {
    await start();
    const stream = await sse.open();
    const ephemeral = (data: string): Promise<void> =>
      sse.broker.sendToUser('acme', 'ann', { event: 'tick', data, durable: false });
    // Bytes, not characters, count.
    await toAnn('ü'.repeat(MAX_DURABLE_BYTES / 2));
    await ephemeral('ü'.repeat(MAX_EPHEMERAL_BYTES / 2));
    await expect(toAnn(`${'ü'.repeat(MAX_DURABLE_BYTES / 2)}x`)).rejects.toMatchObject({
      code: 'ERR_SSE_EVENT_TOO_LARGE',
    });
    await expect(ephemeral('x'.repeat(MAX_EPHEMERAL_BYTES + 1))).rejects.toMatchObject({
      code: 'ERR_SSE_EVENT_TOO_LARGE',
    });
    const lengths = (await untilTicks(stream, 2)).map(({ data }) => Buffer.byteLength(data ?? ''));
    expect(lengths).toEqual([MAX_DURABLE_BYTES, MAX_EPHEMERAL_BYTES]);
  });
});

describe('events', () => {
  it('P20, P21, P22: have rising positions when durable, none when ephemeral, and all arrive', async () => {
    await start();
    const stream = await sse.open();
    for (let i = 1; i <= 50; i++) {
      await toAnn(`durable ${i}`);
      await sse.broker.sendToUser('acme', 'ann', { event: 'tick', data: `ephemeral ${i}`, durable: false });
    }
    const all = await untilTicks(stream, 100);
    const durable = all.filter(({ data }) => data?.startsWith('durable'));
    expect(durable.map(({ id }) => numberOf(id))).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(all.filter(({ data }) => data?.startsWith('ephemeral')).every(({ id }) => id === undefined)).toBe(true);
  });

  it('P23: arrive in the order of their publisher when ephemeral, and are never replayed', async () => {
    await start();
    const stream = await sse.open();
    for (let i = 1; i <= 20; i++) {
      await sse.broker.sendToTenant('acme', { event: 'tick', data: String(i), durable: false });
    }
    expect((await untilTicks(stream, 20)).map(({ data }) => Number(data))).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    const again = await sse.open({}, `?last_event_id=${stream.blocks[0]?.id}`);
    await toAnn('durable');
    expect((await untilTicks(again, 1)).map(({ data }) => data)).toEqual(['durable']);
  });

  it('P24: arrive once, however many keys and patterns of the connection they match', async () => {
    await start();
    const stream = await sse.open({ topics: ['**'], roles: ['buyer'] }, '?topics=doc:1,doc:*,**');
    await sse.broker.sendToTopic('acme', 'doc:1', { event: 'tick', data: 'topic' });
    await sse.broker.sendToUsers('acme', ['ann', 'ann', 'bob'], { event: 'tick', data: 'people' });
    await toAnn('end');
    await stream.until(() => ticks(stream).at(-1)?.data === 'end');
    expect(ticks(stream).map(({ data }) => data)).toEqual(['topic', 'people', 'end']);
  });
});

describe('opening', () => {
  it('P30, P31: sends connected first, with retry and the position that it continues from, on every path', async () => {
    await start({ extras: { aliases: true } });
    await toAnn('1');
    const known = (await sse.open()).blocks[0]?.id;
    expect(known).toMatch(/\.1$/);
    await toAnn('2');
    for (const path of ['api/v1/sse/stream', ...STREAM_ALIASES]) {
      const stream = await sse.raw(`/${path}`, { headers: { authorization: `Bearer ${testToken()}` } });
      await stream.event('connected');
      expect(stream.blocks[0]).toMatchObject({ event: 'connected', retry: '3000', id: expect.stringMatching(/\.2$/) });
      expect(dataOf(stream.blocks[0])).toMatchObject({ resume: 'live', heartbeatIntervalMs: 15_000, topics: [] });
      stream.destroy();
    }
    const replay = await sse.open({}, `?last_event_id=${known}`);
    expect(replay.blocks[0]?.id).toBe(known);
    expect(dataOf(replay.blocks[0])).toMatchObject({ resume: 'replay' });
  });

  it('P32, P37: sends reset without an id, then resync with the newest position', async () => {
    await start();
    await toAnn('1');
    const stream = await sse.open({}, '?last_event_id=zzzzzzzz.1');
    await stream.event('resync');
    const [connected, resync] = stream.blocks;
    expect(connected?.id).toBeUndefined();
    expect(dataOf(connected)).toMatchObject({ resume: 'reset' });
    expect(resync).toMatchObject({ event: 'resync', id: expect.stringMatching(/\.1$/) });
    expect(dataOf(resync)).toEqual({ reason: 'epoch', scopes: ['*'] });
  });
});

describe('control events', () => {
  it('P33, P34: close has reason, reconnect and retryMs, and is the last event of the stream', async () => {
    await start();
    const stream = await sse.open();
    await sse.broker.disconnect('acme', { userId: 'ann' });
    await stream.end();
    expect(dataOf(stream.blocks.at(-1))).toEqual({ reason: 'revoked', reconnect: false, retryMs: expect.any(Number) });
    expect(stream.blocks.at(-1)?.event).toBe('close');
  });

  it('P35, P36, P38: send heartbeats, move the cursor past events of others, announce the expiry of the token, and end with it', async () => {
    const clock = new ManualClock();
    await start({ options: { clock, eventLog: new MemoryEventLog(new MemoryLogStore('log', clock)) } });
    const exp = clock.now().getTime() / 1_000 + 120;
    const stream = await sse.open({ iat: exp - 120, exp });
    const quiet = await sse.open({ iat: exp - 120, exp }, '?heartbeat=comment');
    await sse.broker.sendToUser('acme', 'bob', { event: 'tick', data: 'of bob' });
    clock.advance(17_000);
    const beat = dataOf(await stream.event('heartbeat'));
    expect(beat).toEqual({ time: clock.now().toISOString(), timestamp: clock.now().getTime() / 1_000 });
    expect(await stream.event('cursor')).toMatchObject({ data: '{}', id: expect.stringMatching(/\.1$/) });
    await quiet.until(() => /\n:[^\n]*\n/.test(quiet.text));
    expect(quiet.text).not.toContain('event: heartbeat');
    clock.advance(43_500);
    expect(dataOf(await stream.event('session.expiring'))).toEqual({ at: new Date(exp * 1_000).toISOString() });
    clock.advance(60_000);
    await stream.end();
    expect(dataOf(stream.blocks.at(-1))).toMatchObject({ reason: 'token_expired', reconnect: false });
    expect(stream.blocks.filter(({ event }) => event === 'cursor')).toHaveLength(1);
  });

  it('P39: report a problem when an open stream loses a topic by new rights or a new token', async () => {
    let allowed = ['doc:1', 'doc:2', 'doc:3'];
    await start({ options: { topicAuthorizer: { mayFollow: (_, topic) => allowed.includes(topic) } } });
    const stream = await sse.open({}, '?topics=doc:1,doc:2,doc:3');
    allowed = ['doc:2', 'doc:3'];
    await sse.broker.reauthorize('acme');
    const problem = await stream.event('problem');
    expect(problem.id).toBeUndefined();
    expect(dataOf(problem)).toEqual({ code: 'topic_forbidden', detail: 'No longer followed: doc:1.' });
    // No further topic is lost, so no further problem is sent.
    await sse.broker.reauthorize('acme');
    allowed = ['doc:3'];
    const { connectionId } = dataOf(stream.blocks[0]);
    expect((await sse.call('POST', `/api/v1/sse/connections/${String(connectionId)}/token`)).status).toBe(200);
    await sse.broker.sendToTopic('acme', 'doc:2', { event: 'tick', data: 'lost' });
    await sse.broker.sendToTopic('acme', 'doc:3', { event: 'tick', data: 'kept' });
    expect((await untilTicks(stream, 1)).map(({ data }) => data)).toEqual(['kept']);
    expect(stream.blocks.filter(({ event }) => event === 'problem').map(dataOf)).toEqual([
      { code: 'topic_forbidden', detail: 'No longer followed: doc:1.' },
      { code: 'topic_forbidden', detail: 'No longer followed: doc:2.' },
    ]);
  });

  it('P39: are never named error', async () => {
    await start({ options: { maxConnectionsPerUser: 1 } });
    await sse.open();
    const soft = await sse.raw('/api/v1/sse/stream', {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${testToken()}` },
    });
    await soft.end();
    expect(soft.blocks.map(({ event }) => event).filter((event) => event !== undefined)).toEqual(['close']);
  });
});
