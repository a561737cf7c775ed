import { describe, expect, it } from '@jest/globals';
import { LatencyHistogram } from './latency-histogram.js';

describe('LatencyHistogram', () => {
  it('counts durations up to each bound, and those above all bounds only in the total', () => {
    const histogram = new LatencyHistogram();
    for (const ms of [0.5, 5, 6, 60_000]) histogram.observe(ms);
    const { buckets, count, sumMs } = histogram.snapshot();
    const upTo = (ms: number): number | undefined => buckets.find((bucket) => bucket.upToMs === ms)?.count;
    expect([upTo(1), upTo(2.5), upTo(5), upTo(10), upTo(10_000)]).toEqual([1, 1, 2, 3, 3]);
    expect(count).toBe(4);
    expect(sumMs).toBe(60_011.5);
  });

  it('counts a negative duration as 0', () => {
    const histogram = new LatencyHistogram();
    histogram.observe(-3);
    expect(histogram.snapshot()).toMatchObject({ count: 1, sumMs: 0 });
  });
});
