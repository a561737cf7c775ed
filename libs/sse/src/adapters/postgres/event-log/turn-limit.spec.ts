import { describe, expect, it } from '@jest/globals';
import { TurnLimit } from './turn-limit.js';

const full = (limit: TurnLimit, tookMs: number): boolean => limit.after(limit.events, tookMs);

describe('TurnLimit', () => {
  it('takes more per turn while a backlog is worked off quickly, up to a bound', () => {
    const limit = new TurnLimit();
    const seen = [limit.events];
    for (let turn = 0; turn < 4; turn++) {
      expect(full(limit, 100)).toBe(false);
      seen.push(limit.events);
    }
    expect(seen).toEqual([500, 5_000, 10_000, 20_000, 20_000]);
  });

  it('takes less again when turns get slow, and never less than an ordinary turn', () => {
    const limit = new TurnLimit();
    full(limit, 100);
    full(limit, 400);
    expect(limit.events).toBe(5_000);
    for (let turn = 0; turn < 6; turn++) full(limit, 900);
    expect(limit.events).toBe(500);
  });

  it('is back to an ordinary turn as soon as one that looked at everything is not full', () => {
    const limit = new TurnLimit();
    full(limit, 10);
    expect(limit.after(1, 10)).toBe(false);
    expect(limit.after(1, 10)).toBe(true);
    expect(limit.events).toBe(500);
    expect(limit.span).toBeNull();
  });

  it('looks at a part while the outbox may be long, and says that all is taken only after a look at everything', () => {
    const limit = new TurnLimit();
    expect(limit.span).toBe(2_000);
    full(limit, 10);
    expect(limit.span).toBe(20_000);
    expect(limit.after(0, 10)).toBe(false);
    expect(limit.span).toBeNull();
    expect(full(limit, 10)).toBe(false);
    expect(limit.span).toBe(40_000);
  });

  it('looks further where the ids of a part are too sparse to fill a turn, within bounds', () => {
    const limit = new TurnLimit();
    limit.after(20, 900);
    full(limit, 900);
    expect(limit.span).toBe(8_000);
    for (let turn = 0; turn < 20; turn++) {
      limit.after(20, 900);
      full(limit, 900);
    }
    expect(limit.span).toBe(500 * 4_096);
  });
});
