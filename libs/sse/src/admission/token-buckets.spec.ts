import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '../testing/manual-clock.js';
import { TokenBuckets } from './token-buckets.js';

describe('TokenBuckets', () => {
  it('returns the wait until the next token, and has the token then', () => {
    const clock = new ManualClock();
    const buckets = new TokenBuckets(60, 2, clock);
    expect([buckets.take('a'), buckets.take('a')]).toEqual([0, 0]);
    const waitMs = buckets.take('a');
    expect(waitMs).toBe(1_000);
    clock.advance(waitMs);
    expect(buckets.take('a')).toBe(0);
  });

  it('never holds more tokens than the burst', () => {
    const clock = new ManualClock();
    const buckets = new TokenBuckets(60, 2, clock);
    buckets.take('a');
    clock.advance(3_600_000);
    expect([buckets.take('a'), buckets.take('a')]).toEqual([0, 0]);
    expect(buckets.take('a')).toBeGreaterThan(0);
  });

  it('drops a key that was not used for long', () => {
    const clock = new ManualClock();
    const buckets = new TokenBuckets(60, 2, clock);
    buckets.take('a');
    clock.advance(500);
    buckets.sweep();
    expect(buckets.size).toBe(1);
    clock.advance(500);
    buckets.sweep();
    expect(buckets.size).toBe(0);
  });

  it('stays bounded under a flood of keys', () => {
    const buckets = new TokenBuckets(60, 2, new ManualClock());
    for (let i = 0; i < 100_500; i++) buckets.take(`user ${i}`);
    expect(buckets.size).toBe(100_000);
  });

  it('limits nothing when the limit is off', () => {
    const buckets = new TokenBuckets(0, 1, new ManualClock());
    for (let i = 0; i < 100; i++) expect(buckets.take('a')).toBe(0);
    expect(buckets.size).toBe(0);
  });
});
