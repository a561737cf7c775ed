import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { PlayedDay } from '../support/day-checks.js';

describe.each([
  { seed: 1, people: 8 },
  { seed: 2, people: 24 },
])('a long day, seed $seed, with $people people acting at once', ({ seed, people }) => {
  let day: PlayedDay;

  beforeAll(async () => {
    day = await PlayedDay.play({ seed, minutes: 0.8, people, paceMs: 20 });
  }, 180_000);
  afterAll(async () => {
    await day?.end();
  });

  it('ends in order: states, decisions, history, counts, streams', async () => {
    day.expectWork();
    await day.expectDocumentedStates();
    await day.expectEachDecisionOnce();
    await day.expectAuditVerifies();
    await day.expectCountsAgree();
    await day.expectStreamsComplete();
  }, 120_000);
});
