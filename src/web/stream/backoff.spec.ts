import { describe, expect, test } from '@jest/globals';
import { backoffMs } from './backoff.js';

const limits = (random: number) => ({ minMs: 500, maxMs: 30_000, random: () => random });

describe('backoffMs', () => {
  test('doubles its ceiling with each attempt and stops at the limit', () => {
    expect([0, 1, 2, 6, 50].map((attempt) => backoffMs(attempt, 0, limits(0.999_999)))).toEqual([
      500, 1000, 2000, 30_000, 30_000,
    ]);
  });

  test('never goes below its minimum or below what the server requested', () => {
    expect(backoffMs(5, 0, limits(0))).toBe(500);
    expect(backoffMs(0, 7_000, limits(0))).toBe(7_000);
  });
});
