import { describe, expect, it } from '@jest/globals';
import { TurnLimit } from './turn-limit.js';

const full = (limit: TurnLimit, tookMs: number): boolean => limit.record(limit.events, tookMs);

describe('TurnLimit', () => {
  it('raises the limit up to a maximum while turns of a backlog are quick', () => {
    const limit = new TurnLimit();
    const seen = [limit.events];
    for (let turn = 0; turn < 4; turn++) {
      expect(full(limit, 100)).toBe(false);
      seen.push(limit.events);
    }
    expect(seen).toEqual([500, 5_000, 10_000, 20_000, 20_000]);
  });

  it('lowers the limit when turns get slow, but never below that of an ordinary turn', () => {
    const limit = new TurnLimit();
    full(limit, 100);
    full(limit, 400);
    expect(limit.events).toBe(5_000);
    for (let turn = 0; turn < 6; turn++) full(limit, 900);
    expect(limit.events).toBe(500);
  });

  it('returns to an ordinary turn as soon as a full scan does not fill a turn', () => {
    const limit = new TurnLimit();
    full(limit, 10);
    expect(limit.record(1, 10)).toBe(false);
    expect(limit.record(1, 10)).toBe(true);
    expect(limit.events).toBe(500);
    expect(limit.span).toBeNull();
  });

  it('bounds the scan while the outbox may be long, and reports that all is taken only after a full scan', () => {
    const limit = new TurnLimit();
    expect(limit.span).toBe(2_000);
    full(limit, 10);
    expect(limit.span).toBe(20_000);
    expect(limit.record(0, 10)).toBe(false);
    expect(limit.span).toBeNull();
    expect(full(limit, 10)).toBe(false);
    expect(limit.span).toBe(40_000);
  });

  it('scans further, up to a maximum, when the ids are too sparse to fill a turn', () => {
    const limit = new TurnLimit();
    limit.record(20, 900);
    full(limit, 900);
    expect(limit.span).toBe(8_000);
    for (let turn = 0; turn < 20; turn++) {
      limit.record(20, 900);
      full(limit, 900);
    }
    expect(limit.span).toBe(500 * 4_096);
  });
});
