import { describe, expect, it } from '@jest/globals';
import { killsOf, runProfile } from './profile.js';

/** The short profile; the long one is `npm run chaos`. */
const SHORT = {
  seed: 20_261_121,
  backplane: 'postgres',
  servers: 3,
  tenants: 3,
  shards: 1,
  rounds: 'short',
  pauseMs: [50, 400],
  events: 50_000,
  eventsPerSecond: 1_500,
} as const;

describe('A cluster under faults', () => {
  it('loses, invents, duplicates, reorders and leaks no event while processes, owners and PostgreSQL are killed, owners are paused, connections break and a third of the hints is lost (G1–G6)', async () => {
    const result = await runProfile({ ...SHORT, postgres: '18' });
    expect({ counts: result.verdict.counts, first: result.verdict.violations }).toEqual({ counts: {}, first: [] });
    expect(result.unexpectedExits).toEqual([]);
    expect(result.verdict.figures.acknowledged).toBeGreaterThanOrEqual(SHORT.events);
    expect(killsOf(result)).toBeGreaterThanOrEqual(20);
    expect(result.tally.stops).toBeGreaterThanOrEqual(3);
    // 1.5 s of lease and the attempt to take it, with a margin for a busy machine.
    expect(Math.min(...result.tally.failoversMs)).toBeLessThan(5_000);
    result.discard();
  }, 400_000);
});
