import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PostgresServer } from './cluster/postgres-server.js';
import { catchMutant, isCaught, MUTANTS, runScenario } from './mutants/run-mutant.js';

/** One of each part: sequencing, publishing, hub, hints. `npm run chaos` plants all of them. */
const SHORT = ['id > cursor', 'publish before commit', 'tenant key omitted', 'hints are trusted'];
const SEED = 7;

let postgres: PostgresServer;

beforeAll(async () => {
  postgres = await PostgresServer.create();
}, 60_000);

afterAll(async () => {
  await postgres.destroy();
});

describe('The checker', () => {
  it.each(SHORT)(
    'catches the planted defect "%s"',
    async (name) => {
      const mutant = MUTANTS.find((one) => one.name === name);
      if (!mutant) throw new Error(`There is no mutant ${name}.`);
      const result = await catchMutant(postgres, mutant, SEED);
      expect(isCaught(mutant, result)).toBe(true);
      result.discard();
    },
    240_000,
  );

  it('finds nothing in the same run without a defect', async () => {
    const result = await runScenario(postgres, 'no backplane', SEED, null);
    expect({ counts: result.verdict.counts, first: result.verdict.violations }).toEqual({ counts: {}, first: [] });
    result.discard();
  }, 240_000);
});
