import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { EventSource } from 'eventsource';
import {
  defaultIfEmpty,
  EMPTY,
  firstValueFrom,
  map,
  type Observable,
  take,
  throwIfEmpty,
  timeout,
  toArray,
} from 'rxjs';
import { asTenantId } from '@nest-herald/platform';
import { Hub, STREAM_ALIASES, type TopicAuthorizer } from '@nest-herald/sse';
import { MemoryEventLog } from '@nest-herald/sse/spi';
import { SseApp, type SseAppParts, testToken } from '../support/sse-app.js';
import { until } from '../support/until.js';

let sse: SseApp;
const start = async (parts?: SseAppParts): Promise<SseApp> => (sse = await SseApp.start(parts));
afterEach(() => sse.stop());

/** Wraps every response, as many applications do. */
@Injectable()
class WrapEverything implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ success: true, data })));
  }
}

/** Waits before the handler runs. */
@Injectable()
class LookSomethingUp implements NestInterceptor {
  async intercept(_: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return next.handle();
  }
}

/** Responds instead of the handler, as a cache does. */
@Injectable()
class AnswerItself implements NestInterceptor {
  intercept(): Observable<unknown> {
    return EMPTY;
  }
}

/** Time-out of {@link CutSlowAnswers}, ms. */
const TIME_OUT_MS = 50;

/** Cuts every response that takes too long, as the documentation of Nest shows. */
@Injectable()
class CutSlowAnswers implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(timeout(TIME_OUT_MS));
  }
}

/** Replaces an empty response. */
@Injectable()
class FillEmptyAnswers implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(defaultIfEmpty({ nothing: true }));
  }
}

/** Treats an empty response as an error. */
@Injectable()
class RefuseEmptyAnswers implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(throwIfEmpty());
  }
}

const FIRST_BLOCK = new RegExp(
  '^\\nretry: 3000\\nid: [a-z0-9]{8}\\.0\\nevent: connected\\n' +
    'data: \\{"connectionId":"[\\w-]+\\.[\\w-]{22}","serverTime":"[^"]+","heartbeatIntervalMs":15000,' +
    '"topics":\\["doc:1"\\],"resume":"live","tokenExpiresAt":"[^"]+"\\}\\n\\n$',
);

describe('opening a stream', () => {
  it('sends headers and first block exactly as the protocol says', async () => {
    await start();
    const stream = await sse.open({ topics: ['doc:*'] }, '?topics=doc:1');
    expect(stream.status).toBe(200);
    expect(stream.headers['content-type']).toBe('text/event-stream');
    for (const directive of ['no-cache', 'no-store', 'no-transform']) {
      expect(stream.headers['cache-control']).toContain(directive);
    }
    expect(stream.headers).toMatchObject({ 'x-accel-buffering': 'no', connection: 'keep-alive' });
    expect(stream.headers['content-length']).toBeUndefined();
    expect(stream.text).toMatch(FIRST_BLOCK);
  });

  it('announces no keep-alive over HTTP/1.0, where the end of the connection ends the stream', async () => {
    await start();
    const line = connect(Number(new URL(sse.url).port), '127.0.0.1');
    let text = '';
    line.setEncoding('utf8').on('data', (part: string) => (text += part));
    line.write(`GET /api/v1/sse/stream HTTP/1.0\r\nHost: a\r\nAuthorization: Bearer ${testToken()}\r\n\r\n`);
    await until('it is connected', () => text.includes('event: connected'));
    const [head = ''] = text.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head).toMatch(/\r\nConnection: close(\r\n|$)/i);
    expect(head).not.toMatch(/transfer-encoding|content-length/i);
    await sse.broker.disconnect('acme', { userId: 'ann' }, 'complete');
    await once(line, 'end');
    expect(text).toMatch(/event: close\ndata: [^\n]+\n\n$/);
    line.destroy();
  });

  it('responds the same behind a global prefix and interceptors that wrap and delay every response', async () => {
    await start({
      configure: (app) => {
        app.setGlobalPrefix('erp');
        app.useGlobalInterceptors(new LookSomethingUp(), new WrapEverything());
      },
    });
    const stream = await sse.raw('/erp/api/v1/sse/stream?topics=doc:1', {
      headers: { authorization: `Bearer ${testToken({ topics: ['doc:*'] })}` },
    });
    await stream.event('connected');
    expect(stream.text).toMatch(FIRST_BLOCK);
    await sse.broker.sendToUser('acme', 'ann', { event: 'hello', data: { n: 1 } });
    expect(await stream.event('hello')).toMatchObject({ data: '{"n":1}' });
    expect(stream.text).not.toContain('success');
  });

  it('refuses with the real status behind an interceptor, because a guard refuses', async () => {
    await start({
      options: { maxConnectionsPerUser: 1 },
      configure: (app) => app.useGlobalInterceptors(new LookSomethingUp(), new WrapEverything()),
    });
    await sse.open();
    expect(await sse.call('GET', '/api/v1/sse/stream')).toMatchObject({
      status: 429,
      body: { code: 'connection_limit' },
    });
  });

  it('works with a general client library, and resumes it without loss or duplicate', async () => {
    await start();
    const headers = { authorization: `Bearer ${testToken()}` };
    const seen: string[] = [];
    const source = new EventSource(`${sse.url}/api/v1/sse/stream`, {
      fetch: (url, init) => fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
    });
    const got = (count: number): Promise<void> =>
      new Promise((resolve) => {
        source.addEventListener('tick', () => void (seen.length >= count && resolve()));
      });
    const connected = new Promise((resolve) => source.addEventListener('connected', resolve, { once: true }));
    source.addEventListener('tick', (event) => seen.push(event.data as string));
    await connected;
    const five = got(5);
    for (let i = 0; i < 5; i++) await sse.broker.sendToTenant('acme', { event: 'tick', data: String(i) });
    await five;
    source.close();
    expect(seen).toEqual(['0', '1', '2', '3', '4']);
  });

  it('answers HEAD with the status and headers of GET, and keeps nothing', async () => {
    await start({ options: { maxConnectionsPerUser: 1 } });
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${testToken()}` };
    for (let i = 0; i < 3; i++) {
      const head = await sse.raw('/api/v1/sse/stream', { method: 'HEAD', headers });
      expect(await head.end()).toBe('');
      expect(head.status).toBe(200);
      expect(head.headers['content-type']).toBe('text/event-stream');
    }
    const get = await sse.open();
    const { date: _, ...expected } = get.headers;
    const refused = await sse.raw('/api/v1/sse/stream', { method: 'HEAD', headers });
    expect(refused.status).toBe(429);
    get.destroy();
    await untilConnections(0);
    const { date: __, ...given } = (await sse.raw('/api/v1/sse/stream', { method: 'HEAD', headers })).headers;
    const { 'transfer-encoding': ___, ...withoutBody } = expected;
    expect(given).toMatchObject(withoutBody);
  });

  it('serves the aliases only where they are enabled', async () => {
    await start({ extras: { aliases: true } });
    expect(STREAM_ALIASES).toHaveLength(6);
    for (const alias of STREAM_ALIASES) {
      const stream = await sse.raw(`/${alias}`, { headers: { authorization: `Bearer ${testToken()}` } });
      await stream.event('connected');
      stream.destroy();
      expect((await sse.call('GET', `/${alias}`, null)).status).toBe(401);
    }
    await sse.stop();
    await start();
    expect((await sse.call('GET', '/events')).status).toBe(404);
  });

  it('is mounted at the path of the host', async () => {
    await start({ extras: { path: 'live' } });
    const stream = await sse.raw('/live/stream', { headers: { authorization: `Bearer ${testToken()}` } });
    await stream.event('connected');
  });

  it('releases its slot when the client disconnects before it is attached', async () => {
    await start({ options: { maxConnectionsPerUser: 1, connectsPerMinute: 0 } });
    for (let i = 0; i < 20; i++) {
      const client = request(`${sse.url}/api/v1/sse/stream`, {
        agent: false,
        headers: { authorization: `Bearer ${testToken()}` },
      });
      // The test resets a request that was never answered.
      client.on('error', () => undefined).end();
      await new Promise((resolve) => setTimeout(resolve, i % 5));
      client.destroy();
    }
    await untilConnections(0);
    for (;;) {
      const stream = await sse.raw('/api/v1/sse/stream', { headers: { authorization: `Bearer ${testToken()}` } });
      if (stream.status === 200) return;
    }
  });
});

describe('interceptors of the host', () => {
  it.each([
    ['cuts slow answers', new CutSlowAnswers()],
    ['wraps every answer', new WrapEverything()],
    ['fills empty answers', new FillEmptyAnswers()],
    ['refuses empty answers', new RefuseEmptyAnswers()],
  ])('neither end nor change a stream: one that %s', async (_, interceptor) => {
    await start({ configure: (app) => app.useGlobalInterceptors(interceptor) });
    const stream = await sse.open({ topics: ['doc:*'] }, '?topics=doc:1');
    await new Promise((resolve) => setTimeout(resolve, 4 * TIME_OUT_MS));
    await sse.broker.sendToUser('acme', 'ann', { event: 'hello', data: 'late' });
    expect(await stream.event('hello')).toMatchObject({ data: 'late' });
    expect(stream.isEnded).toBe(false);
    expect(stream.blocks).toHaveLength(2);
    expect(stream.text.slice(0, stream.text.indexOf('id: ', 40))).toMatch(FIRST_BLOCK);
    stream.destroy();
    await untilConnections(0);
  });

  it('neither delay the shutdown nor drop the close event of a stream', async () => {
    await start({ configure: (app) => app.useGlobalInterceptors(new CutSlowAnswers(), new WrapEverything()) });
    const stream = await sse.open();
    await sse.app.close();
    expect(await stream.end()).toContain('"reason":"shutdown"');
  });
});

describe('a client that disconnects', () => {
  it('is detected without a write, because its response closes', async () => {
    await start({ options: { heartbeatIntervalMs: 0, maxConnectionsPerUser: 1, connectsPerMinute: 0 } });
    for (let i = 0; i < 3; i++) {
      const stream = await sse.open();
      stream.destroy();
      await untilConnections(0);
    }
  });
});

describe('a stream that never started', () => {
  it('releases its slot when an interceptor responds instead of the handler', async () => {
    await start({
      options: { maxConnectionsPerUser: 1, connectsPerMinute: 0 },
      configure: (app) => app.useGlobalInterceptors(new AnswerItself()),
    });
    const headers = { authorization: `Bearer ${testToken()}` };
    for (let i = 0; i < 3; i++) {
      const stream = await sse.raw('/api/v1/sse/stream', { headers });
      await stream.end();
      expect(stream.status).toBe(200);
    }
  });
});

describe('a cursor', () => {
  const names = ['last_event_id', 'lastEventId', 'Last-Event-ID', 'evs_last_event_id'];

  it('resumes right after it, from the header and from each query parameter, the header first', async () => {
    await start();
    const first = await sse.open();
    for (const data of ['a', 'b', 'c']) await sse.broker.sendToUser('acme', 'ann', { event: 'tick', data });
    await first.until(() => first.blocks.filter((block) => block.event === 'tick').length === 3);
    const [a, b] = first.blocks.filter((block) => block.event === 'tick').map((block) => block.id ?? '');
    const replayed = async (query: string, headers: Record<string, string> = {}): Promise<string> => {
      const stream = await sse.open({}, query, headers);
      await stream.until(() => stream.blocks.at(-1)?.data === 'c');
      stream.destroy();
      return stream.blocks.map((block) => (block.event === 'connected' ? (block.id ?? '') : block.data)).join(' ');
    };
    expect(await replayed('', { 'last-event-id': a ?? '' })).toBe(`${a} b c`);
    for (const name of names) expect(await replayed(`?${name}=${b}`)).toBe(`${b} c`);
    expect(await replayed(`?last_event_id=${a}`, { 'last-event-id': b ?? '' })).toBe(`${b} c`);
  });

  it.each(['x', '0', '../../etc/passwd', "' or 1=1", 'aaaaaaaa.1', 'aaaaaaaa.-1', 'aaaaaaaa.99999999999999999', '%00'])(
    'that cannot be honoured is a reset, never an error: %j',
    async (cursor) => {
      await start();
      const stream = await sse.open({}, `?last_event_id=${encodeURIComponent(cursor)}`);
      const resync = await stream.event('resync');
      expect(stream.blocks[0]).toMatchObject({ event: 'connected', data: expect.stringContaining('"resume":"reset"') });
      expect(stream.blocks[0]?.id).toBeUndefined();
      expect(resync.id).toMatch(/^[a-z0-9]{8}\.0$/);
    },
  );
});

describe('topics', () => {
  it('are followed as the token allows, patterns included, from a list and from single parameters', async () => {
    await start();
    const stream = await sse.open({ topics: ['doc:**', 'job:1'] }, '?topics=doc:*,job:1&topic=doc:a:b');
    await sse.broker.sendToTopic('acme', 'doc:7', { event: 'tick', data: 'pattern' });
    await sse.broker.sendToTopic('acme', 'job:2', { event: 'tick', data: 'not followed' });
    await sse.broker.sendToTopic('acme', 'doc:a:b', { event: 'tick', data: 'name' });
    await stream.until(() => stream.blocks.at(-1)?.data === 'name');
    expect(stream.blocks.slice(1).map((block) => block.data)).toEqual(['pattern', 'name']);
  });

  it('that are denied refuse the stream, or are left out when the host prefers that', async () => {
    await start();
    expect(await sse.call('GET', '/api/v1/sse/stream?topics=doc:1,x', { topics: ['doc:*'] })).toMatchObject({
      status: 403,
      body: { code: 'topic_forbidden', denied: ['x'] },
    });
    await sse.stop();
    await start({ options: { onDeniedTopic: 'omit' } });
    const stream = await sse.open({ topics: ['doc:*'] }, '?topics=doc:1,x');
    expect(JSON.parse(stream.blocks[0]?.data ?? '')).toMatchObject({ topics: ['doc:1'], denied: ['x'] });
  });

  it('are recomputed on an open stream when the application calls reauthorize', async () => {
    let allowed = ['doc:1', 'doc:2'];
    const topicAuthorizer: TopicAuthorizer = { mayFollow: (_, topic) => allowed.includes(topic) };
    await start({ options: { topicAuthorizer } });
    const stream = await sse.open({}, '?topics=doc:1,doc:2');
    allowed = ['doc:2'];
    expect(await sse.broker.reauthorize('acme')).toBe(1);
    expect(await sse.broker.reauthorize('beta')).toBe(0);
    await sse.broker.sendToTopic('acme', 'doc:1', { event: 'tick', data: 'no more' });
    await sse.broker.sendToTopic('acme', 'doc:2', { event: 'tick', data: 'still' });
    await stream.until(() => stream.text.includes('still'));
    allowed = ['doc:1', 'doc:2'];
    await sse.broker.reauthorize('acme', 'ann');
    await sse.broker.sendToTopic('acme', 'doc:1', { event: 'tick', data: 'again' });
    await stream.until(() => stream.text.includes('again'));
    expect(stream.text).not.toContain('no more');
  });
});

describe('the broker', () => {
  it('reaches users by id, role, directory key and tenant, each connection once', async () => {
    await start({ options: { audienceResolver: { keysOf: () => ['dept:7'] } } });
    const stream = await sse.open({ roles: ['buyer'] });
    await sse.broker.sendToUsers('acme', ['bob', 'ann', 'ann'], { data: 'users' });
    await sse.broker.sendToRole('acme', 'buyer', { data: 'role' });
    await sse.broker.sendToRole('acme', 'seller', { data: 'other role' });
    await sse.broker.send('acme', 'dept:7', { data: 'department' });
    await sse.broker.broadcast('acme', { data: 'tenant' });
    await stream.until(() => stream.blocks.at(-1)?.data === 'tenant');
    expect(stream.blocks.slice(1).map((block) => block.data)).toEqual(['users', 'role', 'department', 'tenant']);
    expect(stream.blocks.slice(1).every((block) => block.event === 'message')).toBe(true);
  });

  it('sends an ephemeral event to the open connections, without an id', async () => {
    await start();
    const stream = await sse.open();
    await sse.broker.sendToTenant('acme', { event: 'tick', data: 'now', durable: false });
    expect((await stream.event('tick')).id).toBeUndefined();
    const later = await sse.open({}, `?last_event_id=${stream.blocks[0]?.id}`);
    await sse.broker.sendToTenant('acme', { event: 'barrier', data: '1' });
    await later.event('barrier');
    expect(later.text).not.toContain('tick');
  });

  it('delivers nothing of a transaction that rolled back, and refuses to publish without one', async () => {
    const eventLog = new MemoryEventLog();
    await start({ options: { eventLog } });
    const stream = await sse.open();
    const to = { tenantId: 'acme', audience: 'tenant' };
    const lost = eventLog.begin();
    await sse.broker.publish(lost, to, { data: 'rolled back' });
    lost.rollback();
    const kept = eventLog.begin();
    await sse.broker.publish(kept, to, { data: 'committed' });
    kept.commit();
    await stream.until(() => stream.text.includes('committed'));
    expect(stream.text).not.toContain('rolled back');
    await expect(sse.broker.publish(undefined, to, { data: 1 })).rejects.toMatchObject({
      code: 'ERR_SSE_NO_TRANSACTION',
    });
    await expect(sse.broker.publish(kept, to, { data: 1 })).rejects.toMatchObject({ code: 'ERR_SSE_NO_TRANSACTION' });
    await expect(sse.broker.publish(eventLog.begin(), to, { data: 1, durable: false })).rejects.toMatchObject({
      code: 'ERR_SSE_INVALID_EVENT',
    });
  });

  it('emits live events to code in the same process', async () => {
    await start();
    const stream = await sse.open();
    const following = firstValueFrom(sse.broker.events('acme', { users: ['ann'] }).pipe(take(2), toArray()));
    for (const data of ['1', '2']) await sse.broker.sendToUser('acme', 'ann', { event: 'tick', data });
    await sse.broker.sendToUser('beta', 'ann', { event: 'tick', data: 'foreign' });
    expect((await following).map((event) => event.data)).toEqual(['1', '2']);
    stream.destroy();
  });

  it('closes the streams of one user, and none of another tenant', async () => {
    await start();
    const stream = await sse.open();
    expect(await sse.broker.disconnect('beta', { userId: 'ann' })).toBe(0);
    expect(await sse.broker.disconnect('acme', { userId: 'ann' })).toBe(1);
    expect(await stream.end()).toContain('"reason":"revoked"');
  });

  it('refuses topics where they are disabled', async () => {
    await start({ options: { topics: false } });
    await expect(sse.broker.sendToTopic('acme', 'doc:1', { data: 1 })).rejects.toMatchObject({
      code: 'ERR_SSE_TOPICS_DISABLED',
    });
    expect(await sse.call('GET', '/api/v1/sse/stream?topics=a')).toMatchObject({
      status: 400,
      body: { code: 'topics_disabled' },
    });
  });
});

describe('shutting down', () => {
  it('sends close with reconnect on every open stream, and does not hang', async () => {
    await start();
    const streams = await Promise.all([1, 2, 3].map(() => sse.open()));
    const closed = sse.app.close();
    for (const stream of streams) {
      await stream.end();
      expect(JSON.parse((await stream.event('close')).data ?? '')).toMatchObject({
        reason: 'shutdown',
        reconnect: true,
        retryMs: expect.any(Number),
      });
    }
    await closed;
  });

  it('refuses new streams during the drain', async () => {
    await start();
    const hub = sse.app.get(Hub);
    await hub.drain();
    expect(hub.connections(asTenantId('acme'))).toHaveLength(0);
    expect(await sse.call('GET', '/api/v1/sse/stream')).toMatchObject({ status: 503, body: { code: 'draining' } });
    const soft = await sse.raw('/api/v1/sse/stream', {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${testToken()}` },
    });
    expect(await soft.end()).toContain('"reason":"shutdown","reconnect":true');
  });
});

/** Detecting a disconnect takes a moment. */
async function untilConnections(count: number): Promise<void> {
  while (sse.broker.stats('acme').connections !== count) await new Promise((resolve) => setTimeout(resolve, 5));
}
