import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { WakeUpLimiter } from './wake-up-limiter.js';

let sent: number[];
let limiter: WakeUpLimiter;

beforeEach(() => {
  jest.useFakeTimers();
  sent = [];
  limiter = new WakeUpLimiter((shard) => sent.push(shard));
});

afterEach(() => {
  limiter.stop();
  jest.useRealTimers();
});

describe('WakeUpLimiter', () => {
  it('sends the first wake-up at once and one more at the end of a burst, so that none is lost', () => {
    for (let i = 0; i < 100; i++) limiter.wakeUp(0);
    expect(sent).toEqual([0]);
    jest.advanceTimersByTime(20);
    expect(sent).toEqual([0, 0]);
    jest.advanceTimersByTime(1_000);
    expect(sent).toEqual([0, 0]);
  });

  it('limits each shard separately', () => {
    limiter.wakeUp(0);
    limiter.wakeUp(1);
    expect(sent).toEqual([0, 1]);
  });

  it('sends at most one message in 20 ms for a shard with constant wake-ups', () => {
    for (let ms = 0; ms < 1_000; ms++) {
      limiter.wakeUp(3);
      jest.advanceTimersByTime(1);
    }
    expect(sent.length).toBeLessThanOrEqual(51);
    expect(sent.length).toBeGreaterThanOrEqual(49);
  });
});
