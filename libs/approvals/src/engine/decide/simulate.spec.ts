import { describe, expect, it } from '@jest/globals';
import { READY_MADE_PROCESSES } from '../../processes/index.js';
import { graphOf, sampleDirectory } from '../../testing/index.js';
import { EMPTY_DIRECTORY } from '../directory/directory.js';
import { simulate } from './simulate.js';

const { contract } = READY_MADE_PROCESSES;
const form = { partner: 'Bolts Ltd', amount: 20_000 };

describe('Simulation', () => {
  it('lists the steps of a form with their people and quorum', () => {
    const tenant = sampleDirectory();
    const input = { instanceId: 'i', tenantId: 'acme', applicantId: 'ada', form: { ...form, amount: 700_000 } };
    let directory = EMPTY_DIRECTORY;
    for (;;) {
      const plan = simulate(graphOf(contract), input, { now: '2026-01-05T08:00:00.000Z', directory });
      if (plan.kind !== 'needs') {
        if (plan.kind !== 'path') throw new Error(plan.refusal.message);
        expect(plan.status).toBe('approved');
        expect(
          plan.steps.map((step) => [step.nodeId, step.people.map((person) => person.id).join(' '), step.required]),
        ).toEqual([
          ['start', '', null],
          ['manager', 'mia', null],
          ['both', '', null],
          ['legal', 'lena', null],
          ['finance', 'fin1 fin2 fin3', null],
          ['agreed', '', null],
          ['large', '', null],
          ['board', 'leo zoe', 1],
          ['filing', '', null],
          ['end', '', null],
        ]);
        return;
      }
      directory = tenant.answer(directory, plan.questions);
    }
  });

  it('refuses a form that cannot be submitted', () => {
    const input = { instanceId: 'i', tenantId: 'acme', applicantId: 'ada', form: { partner: 'Bolts Ltd' } };
    const plan = simulate(graphOf(contract), input, { now: '2026-01-05T08:00:00.000Z', directory: EMPTY_DIRECTORY });
    expect(plan).toMatchObject({ kind: 'refused', refusal: { code: 'invalid_form', errors: [{ path: 'amount' }] } });
  });
});
