import { describe, expect, it } from '@jest/globals';
import { durableRows, ephemeralEvents } from './publication.js';

const codeOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return 'nothing was thrown';
};
const people = (count: number): string[] => Array.from({ length: count }, (_, i) => `user-${i}`);

describe('Publication', () => {
  it('sends text as it is and anything else as JSON', () => {
    expect(durableRows('acme', 'tenant', { data: 'a\nb' })[0]?.payload).toBe('a\nb');
    expect(durableRows('acme', 'tenant', { data: { n: 1 } })[0]?.payload).toBe('{"n":1}');
    expect(durableRows('acme', 'tenant', { data: 0 })[0]?.payload).toBe('0');
  });

  it('uses the type "message" when the publisher names none', () => {
    expect(durableRows('acme', 'tenant', { data: 'x' })[0]?.type).toBe('message');
  });

  it('writes one row for one person and one row for every 500 of a list, naming each person once', () => {
    expect(durableRows('acme', { users: ['a', 'a'] }, { data: 1 })).toEqual([
      expect.objectContaining({ audience: 'user:a', recipients: null }),
    ]);
    const rows = durableRows('acme', { users: [...people(1_001), ...people(10)] }, { data: 1 });
    expect(rows.map((row) => row.recipients?.length)).toEqual([500, 500, 1]);
    expect(rows.every((row) => row.audience === 'users')).toBe(true);
    expect(new Set(rows.flatMap((row) => row.recipients)).size).toBe(1_001);
  });

  it('uses a different dedupe key for each row of a long list, so that every row is stored', () => {
    const rows = durableRows('acme', { users: people(501) }, { data: 1, dedupeKey: 'k' });
    expect(new Set(rows.map((row) => row.dedupeKey)).size).toBe(2);
    expect(rows[0]?.dedupeKey).toBe('k');
  });

  it('writes no row for an empty list of people', () => {
    expect(durableRows('acme', { users: [] }, { data: 1 })).toEqual([]);
  });

  it.each(['', 'a b', 'a\nid: 9', 'a\r', 'a\0', '\ud800', 'ä', 'x'.repeat(65)])(
    'refuses the event type %j',
    (event) => {
      expect(codeOf(() => durableRows('acme', 'tenant', { event, data: 1 }))).toBe('ERR_SSE_INVALID_EVENT');
    },
  );

  it.each(['connected', 'heartbeat', 'cursor', 'resync', 'session.expiring', 'problem', 'close', 'error', 'presence'])(
    'refuses the reserved type %s',
    (event) => {
      expect(codeOf(() => durableRows('acme', 'tenant', { event, data: 1 }))).toBe('ERR_SSE_RESERVED_EVENT');
    },
  );

  it.each(['a::b', 'a:', ':a', '..', 'a:*', '**', 'a b', 'a\nb', 'approval：1', 'a\u200b', 'a%3Ab', 'x'.repeat(201)])(
    'refuses the malformed topic %j',
    (topic) => {
      expect(codeOf(() => durableRows('acme', `topic:${topic}`, { data: 1 }))).toBe('ERR_SSE_INVALID_TOPIC');
    },
  );

  it.each(['presence', 'presence:ann'])('refuses the reserved topic %j', (topic) => {
    expect(codeOf(() => durableRows('acme', `topic:${topic}`, { data: 1 }))).toBe('ERR_SSE_RESERVED_TOPIC');
    expect(codeOf(() => ephemeralEvents('acme', `topic:${topic}`, { data: 1 }))).toBe('ERR_SSE_RESERVED_TOPIC');
  });

  it.each(['users', 'user:', 'user:a b', 'role:', 'Role:x', 'x', 'dept:a\nb', ''])('refuses the audience %j', (key) => {
    expect(codeOf(() => durableRows('acme', key, { data: 1 }))).toBe('ERR_SSE_INVALID_ID');
  });

  it('accepts the audience keys of a directory', () => {
    expect(durableRows('acme', 'dept:Einkauf/1', { data: 1 })[0]?.audience).toBe('dept:Einkauf/1');
  });

  it('refuses a malformed tenant id', () => {
    expect(codeOf(() => durableRows('ac me', 'tenant', { data: 1 }))).toBe('ERR_SSE_INVALID_ID');
  });

  it('limits bytes, not characters, and accepts exactly the limit', () => {
    expect(durableRows('acme', 'tenant', { data: 'x'.repeat(65_536) })).toHaveLength(1);
    expect(codeOf(() => durableRows('acme', 'tenant', { data: 'x'.repeat(65_537) }))).toBe('ERR_SSE_EVENT_TOO_LARGE');
    expect(codeOf(() => durableRows('acme', 'tenant', { data: 'é'.repeat(32_769) }))).toBe('ERR_SSE_EVENT_TOO_LARGE');
    expect(ephemeralEvents('acme', 'tenant', { data: 'x'.repeat(6_000) })).toHaveLength(1);
    expect(codeOf(() => ephemeralEvents('acme', 'tenant', { data: 'x'.repeat(6_001) }))).toBe(
      'ERR_SSE_EVENT_TOO_LARGE',
    );
  });

  it('names the remedy for data that is too large', () => {
    expect(() => ephemeralEvents('acme', 'tenant', { data: 'x'.repeat(6_001) })).toThrow(
      /6001 bytes, more than 6000 for durable: false\. Send an id .*, or leave out durable: false, which takes 65536\.$/,
    );
    expect(() => ephemeralEvents('acme', 'tenant', { data: 'x'.repeat(65_537) })).toThrow(/fetch the rest\.$/);
    expect(() => durableRows('acme', 'tenant', { data: 'x'.repeat(65_537) })).toThrow(
      /65537 bytes, more than 65536\. Send an id and let the page fetch the rest\.$/,
    );
  });

  it('refuses text that cannot be stored, and accepts the same characters inside JSON', () => {
    expect(codeOf(() => durableRows('acme', 'tenant', { data: 'a\0' }))).toBe('ERR_SSE_INVALID_EVENT');
    expect(codeOf(() => durableRows('acme', 'tenant', { data: '\udc00' }))).toBe('ERR_SSE_INVALID_EVENT');
    expect(durableRows('acme', 'tenant', { data: { text: 'a\0\udc00' } })[0]?.payload).toBe(
      String.raw`{"text":"a\u0000\udc00"}`,
    );
  });

  it('refuses data without a JSON form', () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;
    for (const data of [undefined, () => 1, 1n, circular]) {
      expect(codeOf(() => durableRows('acme', 'tenant', { data }))).toBe('ERR_SSE_INVALID_EVENT');
    }
  });

  it('refuses a key that would have no effect', () => {
    expect(codeOf(() => durableRows('acme', 'tenant', { data: 1, conflationKey: 'k' }))).toBe('ERR_SSE_INVALID_EVENT');
    expect(codeOf(() => ephemeralEvents('acme', 'tenant', { data: 1, dedupeKey: 'k' }))).toBe('ERR_SSE_INVALID_EVENT');
  });
});
