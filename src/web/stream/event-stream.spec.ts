import { describe, expect, test } from '@jest/globals';
import { EventStream } from './event-stream.js';
import type { StreamEnvironment } from './event-stream.js';

/** An EventSource whose events the test sends. */
class FakeEventSource {
  readyState = 0;
  readonly #listeners = new Map<string, ((event: unknown) => void)[]>();

  constructor(readonly url: URL) {}

  addEventListener(type: string, listener: (event: unknown) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  close(): void {
    this.readyState = 2;
  }

  emit(type: string, data: unknown, lastEventId = ''): void {
    for (const listener of this.#listeners.get(type) ?? []) listener({ data: JSON.stringify(data), lastEventId });
  }

  fail(readyState: 0 | 2): void {
    this.readyState = readyState;
    for (const listener of this.#listeners.get('error') ?? []) listener({});
  }
}

const connected = (resume: string) => ({ connectionId: 'c1', heartbeatIntervalMs: 10_000, resume });

function openStream(stored: string | null = null, probed: { status: number; retryAfterMs: number } | null = null) {
  const sources: FakeEventSource[] = [];
  const timers: { ms: number; callback: () => void }[] = [];
  let position = stored;
  const environment: StreamEnvironment = {
    openEventSource(url) {
      sources.push(new FakeEventSource(url));
      return sources.at(-1) as unknown as EventSource;
    },
    probe: () => Promise.resolve(probed),
    now: () => 1_000,
    after(ms, callback) {
      const timer = { ms, callback };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), timers.includes(timer) ? 1 : 0);
    },
    random: () => 0.5,
  };
  const stream = new EventStream({
    url: new URL('http://erp.example/api/v1/sse/stream'),
    durableTypes: ['created'],
    ephemeralTypes: ['counts'],
    positions: { load: () => position, save: (next) => void (position = next) },
    environment,
  });
  stream.start();
  const received: unknown[] = [];
  stream.on('created', (data) => received.push(data));
  return {
    stream,
    sources,
    timers,
    received,
    stored: () => position,
    source: () => sources.at(-1)!,
    fireTimers: () => timers.splice(0).forEach(({ callback }) => callback()),
  };
}

describe('EventStream', () => {
  test('delivers each durable event once, however often it arrives, and stores the position', () => {
    const { source, received, stored, stream } = openStream();
    source().emit('connected', connected('live'), 'abcd1234.5');
    source().emit('created', 'six', 'abcd1234.6');
    source().emit('created', 'six', 'abcd1234.6');
    source().emit('created', 'five', 'abcd1234.5');
    source().emit('created', 'seven', 'abcd1234.7');
    expect(received).toEqual(['six', 'seven']);
    expect(stored()).toBe('abcd1234.7');
    expect(stream.facts).toMatchObject({ duplicates: 2, position: 'abcd1234.7' });
  });

  test('delivers every ephemeral event', () => {
    const { source, stream } = openStream();
    const counts: unknown[] = [];
    stream.on('counts', (data) => counts.push(data));
    source().emit('connected', connected('live'), 'abcd1234.5');
    source().emit('counts', 1, 'abcd1234.5');
    source().emit('counts', 2, 'abcd1234.5');
    expect(counts).toEqual([1, 2]);
  });

  test('resumes from the stored position after a page load', () => {
    expect(openStream('abcd1234.5').source().url.searchParams.get('last_event_id')).toBe('abcd1234.5');
    expect(openStream('nonsense').source().url.searchParams.has('last_event_id')).toBe(false);
  });

  test('lets the browser reconnect after a lost connection', () => {
    const { source, sources, stream } = openStream();
    source().emit('connected', connected('live'), 'abcd1234.5');
    source().fail(0);
    expect(stream.state).toMatchObject({ phase: 'waiting', cause: 'connection-lost', nextTryAtMs: null });
    expect(sources).toHaveLength(1);
    source().emit('connected', connected('replay'), 'abcd1234.5');
    expect(stream.state.phase).toBe('open');
  });

  test('reopens a refused stream from its position, no sooner than the service allows', async () => {
    const { source, sources, stream, timers, fireTimers } = openStream(null, { status: 503, retryAfterMs: 4_000 });
    source().emit('connected', connected('live'), 'abcd1234.5');
    source().fail(2);
    await Promise.resolve();
    expect(stream.state).toMatchObject({ phase: 'waiting', cause: 'refused', status: 503, nextTryAtMs: 5_000 });
    expect(timers.map(({ ms }) => ms)).toEqual([4_000]);
    fireTimers();
    expect(sources).toHaveLength(2);
    expect(source().url.searchParams.get('last_event_id')).toBe('abcd1234.5');
  });

  test('stops when the session has ended', async () => {
    const { source, stream, timers } = openStream(null, { status: 401, retryAfterMs: 0 });
    source().fail(2);
    await Promise.resolve();
    expect(stream.state).toMatchObject({ phase: 'closed', cause: 'unauthenticated' });
    expect(timers).toEqual([]);
  });

  test('reconnects after two and a half silent heartbeats, and ignores late events of the old connection', () => {
    const { source, sources, timers, fireTimers, received, stream } = openStream();
    source().emit('connected', connected('live'), 'abcd1234.5');
    expect(timers.map(({ ms }) => ms)).toEqual([25_000]);
    fireTimers();
    expect(stream.state).toMatchObject({ phase: 'waiting', cause: 'silent' });
    expect(sources).toHaveLength(2);
    sources[0]!.emit('created', 'late', 'abcd1234.6');
    expect(received).toEqual([]);
    source().emit('created', 'late', 'abcd1234.6');
    expect(received).toEqual(['late']);
  });

  test('closes for good after a close event without reconnect, with its reason', () => {
    const { source, stream, timers } = openStream();
    source().emit('connected', connected('live'), 'abcd1234.5');
    source().emit('close', { reason: 'revoked', reconnect: false });
    expect(stream.state).toMatchObject({ phase: 'closed', cause: 'closed:revoked' });
    expect(source().readyState).toBe(2);
    expect(timers).toEqual([]);
  });

  test('keeps the reason of a close event after the connection ends', () => {
    const { source, stream } = openStream();
    source().emit('connected', connected('live'), 'abcd1234.5');
    source().emit('close', { reason: 'shutdown', reconnect: true });
    source().fail(0);
    expect(stream.state).toMatchObject({ phase: 'waiting', cause: 'closed:shutdown' });
  });

  test('moves its position at a resync, even backwards', () => {
    const { source, stored, received } = openStream('abcd1234.50');
    source().emit('connected', connected('reset'));
    expect(stored()).toBe('abcd1234.50');
    source().emit('resync', { reason: 'invalid_cursor', scopes: ['*'] }, 'abcd1234.7');
    source().emit('created', 'eight', 'abcd1234.8');
    expect(received).toEqual(['eight']);
    expect(stored()).toBe('abcd1234.8');
  });

  test('leaves no connection and no timers after stop', () => {
    const { stream, source, timers } = openStream();
    stream.stop();
    expect(source().readyState).toBe(2);
    expect(timers).toEqual([]);
    expect(stream.state.phase).toBe('closed');
  });
});
