import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
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

it('lets the first poke through at once, and of a burst one more behind it, so that none is left unheard', () => {
  for (let i = 0; i < 100; i++) limiter.wakeUp(0);
  expect(sent).toEqual([0]);
  jest.advanceTimersByTime(20);
  expect(sent).toEqual([0, 0]);
  jest.advanceTimersByTime(1_000);
  expect(sent).toEqual([0, 0]);
});

it('keeps shards apart', () => {
  limiter.wakeUp(0);
  limiter.wakeUp(1);
  expect(sent).toEqual([0, 1]);
});

it('sends at most one message in 20 ms for a shard that is poked all the time', () => {
  for (let ms = 0; ms < 1_000; ms++) {
    limiter.wakeUp(3);
    jest.advanceTimersByTime(1);
  }
  expect(sent.length).toBeLessThanOrEqual(51);
  expect(sent.length).toBeGreaterThanOrEqual(49);
});
