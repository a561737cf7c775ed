import { describe, expect, it } from '@jest/globals';
import { killChain } from '../support/kill-chain.js';

/** 52 kills. `npm test` has one behind a decision (`approvals-kill`) and those of the sequencer. */
const CHAINS = 4;
const KILLS = 13;

describe('kill -9 right after COMMIT', () => {
  it('delivers every committed notification exactly once to a client that resumes', async () => {
    // Chains wait for leases to end most of the time, so they run side by side.
    const seeds = Array.from({ length: CHAINS }, (_, index) => 4711 + index);
    const results = await Promise.all(seeds.map((seed) => killChain(KILLS, seed)));
    for (const { committed, seen, resyncs } of results) {
      expect(committed).toHaveLength(KILLS);
      expect(seen).toEqual(committed);
      expect(resyncs).toBe(0);
    }
  }, 300_000);
});
