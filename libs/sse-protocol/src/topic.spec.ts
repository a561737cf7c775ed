import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  compileTopicPattern,
  covers,
  hasWildcard,
  isReservedTopic,
  isTopic,
  isTopicPattern,
  parseTopic,
} from './topic.js';

const segment = fc.constantFrom('a', 'b', 'job', 'x-1', 'Y_2.z');
const topics = fc.array(segment, { minLength: 1, maxLength: 5 }).map((s) => s.join(':'));
const patterns = fc
  .tuple(fc.array(fc.oneof(segment, fc.constant('*')), { minLength: 0, maxLength: 4 }), fc.boolean())
  .filter(([head, rest]) => head.length > 0 || rest)
  .map(([head, rest]) => [...head, ...(rest ? ['**'] : [])].join(':'));

/** The pattern as a regular expression: an independent implementation of P41. */
function asRegExp(pattern: string): RegExp {
  const source = pattern
    .split(':')
    .map((s) => (s === '**' ? '.+' : s === '*' ? '[^:]+' : s.replace(/[.]/g, '\\.')))
    .join(':');
  return new RegExp(`^${source}$`);
}

describe('Topics', () => {
  it('are accepted in the spelling of the protocol (P40)', () => {
    for (const topic of ['a', 'approval:process:7f', 'doc:invoice:INV-9', 'dashboard:sales', 'v1.2', 'x'.repeat(64)]) {
      expect(isTopic(topic)).toBe(true);
    }
  });

  it('are refused in every other spelling (P40)', () => {
    for (const topic of [
      '',
      ':',
      'a:',
      ':a',
      'a::b',
      '..',
      'a:..',
      'a:.',
      '*',
      'a:*',
      'ａ：b',
      'a：b',
      'a%3Ab',
      'a\u200b',
      'a b',
      'a\n',
      'a,b',
      'x'.repeat(65),
      Array(50).fill('abcd').join(':'),
      undefined,
      7,
    ]) {
      expect(isTopic(topic)).toBe(false);
    }
  });

  it('are case-sensitive (P40)', () => {
    expect(compileTopicPattern('Approval:*')('approval:1')).toBe(false);
  });

  it('allow wildcards only as whole segments, ** only at the end (P41)', () => {
    for (const pattern of ['*', '**', 'a:*', '*:b', 'a:**', '*:*:**', 'a']) expect(isTopicPattern(pattern)).toBe(true);
    for (const pattern of ['a*', 'a:b*', '**:a', 'a:**:b', '***', 'a:', '']) {
      expect(isTopicPattern(pattern)).toBe(false);
      expect(() => compileTopicPattern(pattern)).toThrow(TypeError);
    }
  });

  it('match patterns as the protocol defines them (P41)', () => {
    fc.assert(
      fc.property(patterns, topics, (pattern, topic) => {
        expect(compileTopicPattern(pattern)(topic)).toBe(asRegExp(pattern).test(topic));
      }),
      { numRuns: 500 },
    );
  });

  it('are covered by a pattern exactly when it matches them (P43)', () => {
    fc.assert(
      fc.property(patterns, topics, (pattern, topic) => {
        expect(covers(pattern, topic)).toBe(compileTopicPattern(pattern)(topic));
      }),
    );
  });

  it('are matched by a pattern that covers another one whenever the other matches them (P43)', () => {
    fc.assert(
      fc.property(patterns, patterns, topics, (outer, inner, topic) => {
        fc.pre(covers(outer, inner) && asRegExp(inner).test(topic));
        expect(asRegExp(outer).test(topic)).toBe(true);
      }),
    );
    expect(covers('job:*', 'job:**')).toBe(false);
    expect(covers('job:1', 'job:*')).toBe(false);
    expect(covers('job:**', 'job:*')).toBe(true);
    expect(covers('**', '*:a:**')).toBe(true);
    expect(covers('job:**', 'job')).toBe(false);
    expect(covers('a b', 'a b')).toBe(false);
  });

  it('of the server match no pattern that begins with a wildcard (P44)', () => {
    for (const pattern of ['*', '**', '*:a', '*:**', '*:*']) {
      expect([covers(pattern, 'presence'), compileTopicPattern(pattern)('presence')]).toEqual([false, false]);
      expect([covers(pattern, 'presence:a'), compileTopicPattern(pattern)('presence:a')]).toEqual([false, false]);
    }
    expect(covers('presence:*', 'presence:a')).toBe(true);
    expect(['presence', 'presence:*', 'presence:a', 'presences', 'a:presence', '**'].map(isReservedTopic)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  it('are distinguished from patterns', () => {
    expect(hasWildcard('job:*')).toBe(true);
    expect(hasWildcard('job:1')).toBe(false);
    expect(parseTopic('job:1')).toEqual(['job', '1']);
  });
});
