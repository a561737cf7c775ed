import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PlayedDay } from '../support/day-checks.js';

describe('the seeded day with 8 people acting at once', () => {
  let day: PlayedDay;

  beforeAll(async () => {
    day = await PlayedDay.play({ seed: 20_261_121, minutes: 0.13, people: 8, paceMs: 60 });
  }, 90_000);
  afterAll(async () => {
    await day?.end();
  });

  it('brings work of every kind, and nothing that must not happen', () => {
    day.expectWork();
    expect(day.report.instances.size).toBeGreaterThan(10);
  });

  it('leaves each request in a documented state, its document in the same', () => day.expectDocumentedStates());

  it('has each decision once', () => day.expectEachDecisionOnce());

  it('leaves a history that verifies', () => day.expectAuditVerifies());

  it('shows inboxes and counts that agree with the rows', () => day.expectCountsAgree());

  it('told everybody everything, once and in order', () => day.expectStreamsComplete());
});
