import { expect, it } from '@jest/globals';
import { TurnLimit } from './turn-limit.js';

it('takes more per turn while a backlog is worked off quickly, up to a bound', () => {
  const limit = new TurnLimit();
  const seen = [limit.events];
  for (let turn = 0; turn < 4; turn++) {
    limit.after(true, 100);
    seen.push(limit.events);
  }
  expect(seen).toEqual([500, 5_000, 10_000, 20_000, 20_000]);
});

it('takes less again when turns get slow, and never less than an ordinary turn', () => {
  const limit = new TurnLimit();
  limit.after(true, 100);
  limit.after(true, 400);
  expect(limit.events).toBe(5_000);
  for (let turn = 0; turn < 6; turn++) limit.after(true, 900);
  expect(limit.events).toBe(500);
});

it('is back to an ordinary turn as soon as one is not full', () => {
  const limit = new TurnLimit();
  limit.after(true, 10);
  limit.after(false, 10);
  expect(limit.events).toBe(500);
});
