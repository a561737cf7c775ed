import { describe, expect, it } from '@jest/globals';
import { killChain } from '../support/kill-chain.js';

/** 52 kills. `npm test` has one after a decision (`approvals-kill`) and those of the sequencer. */
const CHAINS = 4;
const KILLS = 13;

describe('Service killed with kill -9 right after COMMIT', () => {
  it('delivers every committed notification exactly once to a client that resumes', async () => {
    // Chains mostly wait for leases to end, so they run concurrently.
    const seeds = Array.from({ length: CHAINS }, (_, index) => 4711 + index);
    const results = await Promise.all(seeds.map((seed) => killChain(KILLS, seed)));
    for (const { committed, seen, resyncs } of results) {
      expect(committed).toHaveLength(KILLS);
      expect(seen).toEqual(committed);
      expect(resyncs).toBe(0);
    }
  }, 300_000);
});
