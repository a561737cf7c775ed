import { describe, expect, it } from '@jest/globals';
import { reconnectPauseMs } from './reconnect-pause.js';

describe('reconnectPauseMs', () => {
  it('doubles the pause from 100 ms to 2 s and subtracts up to half of it at random', () => {
    const longest = (disconnectedMs: number): number => reconnectPauseMs(disconnectedMs, () => 1);
    expect([0, 100, 200, 800, 60_000].map(longest)).toEqual([100, 100, 200, 800, 2_000]);
    expect(reconnectPauseMs(60_000, () => 0)).toBe(1_000);
  });
});
