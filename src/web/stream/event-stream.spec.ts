import { describe, expect, test } from '@jest/globals';
import { EventStream } from './event-stream.js';
import type { StreamEnvironment } from './event-stream.js';

/** A line whose other end the test holds. */
class Line {
  readyState = 0;
  readonly #listeners = new Map<string, ((event: unknown) => void)[]>();

  constructor(readonly url: URL) {}

  addEventListener(type: string, listener: (event: unknown) => void): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  close(): void {
    this.readyState = 2;
  }

  say(type: string, data: unknown, lastEventId = ''): void {
    for (const listener of this.#listeners.get(type) ?? []) listener({ data: JSON.stringify(data), lastEventId });
  }

  fail(readyState: 0 | 2): void {
    this.readyState = readyState;
    for (const listener of this.#listeners.get('error') ?? []) listener({});
  }
}

const connected = (resume: string) => ({ connectionId: 'c1', heartbeatIntervalMs: 10_000, resume });

function openStream(stored: string | null = null, probed: { status: number; retryAfterMs: number } | null = null) {
  const lines: Line[] = [];
  const timers: { ms: number; callback: () => void }[] = [];
  let position = stored;
  const environment: StreamEnvironment = {
    openEventSource(url) {
      lines.push(new Line(url));
      return lines.at(-1) as unknown as EventSource;
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
  const had: unknown[] = [];
  stream.on('created', (data) => had.push(data));
  return {
    stream,
    lines,
    timers,
    had,
    stored: () => position,
    line: () => lines.at(-1)!,
    due: () => timers.splice(0).forEach(({ callback }) => callback()),
  };
}

describe('the event stream', () => {
  test('hands each durable event over once, however often it comes, and remembers the position', () => {
    const { line, had, stored, stream } = openStream();
    line().say('connected', connected('live'), 'abcd1234.5');
    line().say('created', 'six', 'abcd1234.6');
    line().say('created', 'six', 'abcd1234.6');
    line().say('created', 'five', 'abcd1234.5');
    line().say('created', 'seven', 'abcd1234.7');
    expect(had).toEqual(['six', 'seven']);
    expect(stored()).toBe('abcd1234.7');
    expect(stream.facts).toMatchObject({ duplicates: 2, position: 'abcd1234.7' });
  });

  test('delivers what has no position every time', () => {
    const { line, stream } = openStream();
    const counts: unknown[] = [];
    stream.on('counts', (data) => counts.push(data));
    line().say('connected', connected('live'), 'abcd1234.5');
    line().say('counts', 1, 'abcd1234.5');
    line().say('counts', 2, 'abcd1234.5');
    expect(counts).toEqual([1, 2]);
  });

  test('resumes from the stored position after a page load', () => {
    expect(openStream('abcd1234.5').line().url.searchParams.get('last_event_id')).toBe('abcd1234.5');
    expect(openStream('nonsense').line().url.searchParams.has('last_event_id')).toBe(false);
  });

  test('leaves a lost line to the browser', () => {
    const { line, lines, stream } = openStream();
    line().say('connected', connected('live'), 'abcd1234.5');
    line().fail(0);
    expect(stream.state).toMatchObject({ phase: 'waiting', cause: 'connection-lost', nextTryAtMs: null });
    expect(lines).toHaveLength(1);
    line().say('connected', connected('replay'), 'abcd1234.5');
    expect(stream.state.phase).toBe('open');
  });

  test('opens a refused line again itself, from its position, no sooner than the service asked for', async () => {
    const { line, lines, stream, timers, due } = openStream(null, { status: 503, retryAfterMs: 4_000 });
    line().say('connected', connected('live'), 'abcd1234.5');
    line().fail(2);
    await Promise.resolve();
    expect(stream.state).toMatchObject({ phase: 'waiting', cause: 'refused', status: 503, nextTryAtMs: 5_000 });
    expect(timers.map(({ ms }) => ms)).toEqual([4_000]);
    due();
    expect(lines).toHaveLength(2);
    expect(line().url.searchParams.get('last_event_id')).toBe('abcd1234.5');
  });

  test('stops when the session is over', async () => {
    const { line, stream, timers } = openStream(null, { status: 401, retryAfterMs: 0 });
    line().fail(2);
    await Promise.resolve();
    expect(stream.state).toMatchObject({ phase: 'closed', cause: 'unauthenticated' });
    expect(timers).toEqual([]);
  });

  test('opens a new line after two and a half heartbeats of silence, and ignores what the old one still says', () => {
    const { line, lines, timers, due, had, stream } = openStream();
    line().say('connected', connected('live'), 'abcd1234.5');
    expect(timers.map(({ ms }) => ms)).toEqual([25_000]);
    due();
    expect(stream.state).toMatchObject({ phase: 'waiting', cause: 'silent' });
    expect(lines).toHaveLength(2);
    lines[0]!.say('created', 'late', 'abcd1234.6');
    expect(had).toEqual([]);
    line().say('created', 'late', 'abcd1234.6');
    expect(had).toEqual(['late']);
  });

  test('ends for good on a close that says so, and says why', () => {
    const { line, stream, timers } = openStream();
    line().say('connected', connected('live'), 'abcd1234.5');
    line().say('close', { reason: 'revoked', reconnect: false });
    expect(stream.state).toMatchObject({ phase: 'closed', cause: 'closed:revoked' });
    expect(line().readyState).toBe(2);
    expect(timers).toEqual([]);
  });

  test('waits with the reason that the service gave before the line ended', () => {
    const { line, stream } = openStream();
    line().say('connected', connected('live'), 'abcd1234.5');
    line().say('close', { reason: 'shutdown', reconnect: true });
    line().fail(0);
    expect(stream.state).toMatchObject({ phase: 'waiting', cause: 'closed:shutdown' });
  });

  test('a resync moves the position, backwards too', () => {
    const { line, stored, had } = openStream('abcd1234.50');
    line().say('connected', connected('reset'));
    expect(stored()).toBe('abcd1234.50');
    line().say('resync', { reason: 'invalid_cursor', scopes: ['*'] }, 'abcd1234.7');
    line().say('created', 'eight', 'abcd1234.8');
    expect(had).toEqual(['eight']);
    expect(stored()).toBe('abcd1234.8');
  });

  test('is gone after stop, timers included', () => {
    const { stream, line, timers } = openStream();
    stream.stop();
    expect(line().readyState).toBe(2);
    expect(timers).toEqual([]);
    expect(stream.state.phase).toBe('closed');
  });
});
