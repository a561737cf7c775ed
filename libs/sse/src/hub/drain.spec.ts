import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { Connection } from '../connection/connection.js';
import { randomIdGenerator } from '@nest-herald/platform';
import { Jitter } from '../time/jitter.js';
import { drainConnections } from './drain.js';

const DRAIN_MS = 10_000;
let closedAt: number[];
let retries: number[];
let resetAt: number[];

beforeEach(() => {
  jest.useFakeTimers();
  [closedAt, retries, resetAt] = [[], [], []];
});

afterEach(() => {
  jest.useRealTimers();
});

/** Starts a drain of `count` connections. Polite clients disconnect at the `close` event. */
function drain(count: number, isPolite: boolean): Promise<void> {
  const beganAt = performance.now();
  const open = new Set<Connection>();
  for (let i = 0; i < count; i++) {
    const connection = {
      close: (_reason: string, { retryMs }: { retryMs: number }) => {
        closedAt.push(performance.now() - beganAt);
        retries.push(retryMs);
        if (isPolite) open.delete(connection);
      },
      reset: () => {
        resetAt.push(performance.now() - beganAt);
        open.delete(connection);
      },
    } as unknown as Connection;
    open.add(connection);
  }
  return drainConnections(() => [...open], { drainMs: DRAIN_MS, retryMs: 3_000 }, new Jitter(randomIdGenerator));
}

it('drainConnections spreads close events over most of the drain time, and the retry times of clients', async () => {
  const done = drain(1_000, true);
  await jest.advanceTimersByTimeAsync(DRAIN_MS);
  await done;
  expect(closedAt).toHaveLength(1_000);
  // Each step closes a whole number of connections, so the last second closes fewer.
  for (let second = 0; second < 7; second++) {
    const within = closedAt.filter((at) => at >= second * 1_000 && at < (second + 1) * 1_000).length;
    expect(within).toBeGreaterThan(100);
    expect(within).toBeLessThan(160);
  }
  expect(Math.max(...closedAt)).toBeLessThanOrEqual(DRAIN_MS * 0.8);
  for (const half of [retries.filter((ms) => ms < 3_750), retries.filter((ms) => ms >= 3_750)]) {
    expect(half.length).toBeGreaterThan(350);
  }
  expect([Math.min(...retries) >= 1_500, Math.max(...retries) <= 6_000]).toEqual([true, true]);
  expect(resetAt).toEqual([]);
});

it('drainConnections resets connections that are still open at its end, and not before', async () => {
  const done = drain(10, false);
  await jest.advanceTimersByTimeAsync(DRAIN_MS - 100);
  expect(resetAt).toEqual([]);
  await jest.advanceTimersByTimeAsync(200);
  await done;
  expect(resetAt).toHaveLength(10);
});
