import { expect, it } from '@jest/globals';
import { reconnectPauseMs } from './reconnect-pause.js';

it('doubles from 100 ms to 2 s, and spreads by half', () => {
  const longest = (awayMs: number): number => reconnectPauseMs(awayMs, () => 1);
  expect([0, 100, 200, 800, 60_000].map(longest)).toEqual([100, 100, 200, 800, 2_000]);
  expect(reconnectPauseMs(60_000, () => 0)).toBe(1_000);
});
