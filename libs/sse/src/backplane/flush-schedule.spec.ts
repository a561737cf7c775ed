import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FlushSchedule } from './flush-schedule.js';

let flushes: number[];
let schedule: FlushSchedule;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  flushes = [];
  schedule = new FlushSchedule(() => {
    flushes.push(Date.now());
    return Promise.resolve();
  });
});

afterEach(async () => {
  await schedule.finish();
  jest.useRealTimers();
});

describe('FlushSchedule', () => {
  it('delays ephemeral events for 20 ms after the first one', async () => {
    schedule.request(false);
    await jest.advanceTimersByTimeAsync(12);
    schedule.request(false);
    await jest.advanceTimersByTimeAsync(7);
    expect(flushes).toHaveLength(0);
    await jest.advanceTimersByTimeAsync(1);
    expect(flushes).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(flushes).toHaveLength(1);
  });

  it('flushes hints, wake-ups and control messages at once, together with everything that waits', async () => {
    schedule.request(false);
    schedule.request(true);
    await jest.advanceTimersByTimeAsync(0);
    expect(flushes).toHaveLength(1);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(flushes).toHaveLength(1);
  });
});
