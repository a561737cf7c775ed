import { describe, expect, it } from '@jest/globals';
import { ProcessCase, smallCompany } from '../../testing/index.js';
import { historyOf, type DefinitionInput, type WorkNode } from '../index.js';

type Mode = WorkNode['mode'];

const process = (mode: Mode): DefinitionInput => ({
  code: 'delegation',
  name: 'Delegation',
  nodes: [
    { id: 'start', type: 'start' },
    {
      id: 'check',
      type: 'approve',
      mode,
      ...(mode === 'quorum' ? { quorum: { count: 2 } } : {}),
      assignees: [{ type: 'user', users: ['mia', 'leo'] }],
    },
    { id: 'end', type: 'end' },
  ],
  edges: [
    { from: 'start', to: 'check' },
    { from: 'check', to: 'end' },
  ],
});

const MIA = 'check#1/1';
const PREPARED = 'check#1/3';

/** Mia's task is with Hanna. */
function delegated(mode: Mode = 'all'): ProcessCase {
  const made = ProcessCase.started(process(mode), smallCompany(), 'ada');
  made.must('mia', { type: 'delegate', task: MIA, to: 'hanna', comment: 'look at the offer' });
  return made;
}

const statusOf = (made: ProcessCase, key: string) => made.state.tasks.find((task) => task.key === key)?.status;

describe('a delegated task', () => {
  it('is prepared by the delegate and decided by its owner', () => {
    const made = delegated();
    expect([...made.pending()].sort()).toEqual(['hanna@check', 'leo@check']);
    made.must('hanna', { type: 'resolve', task: PREPARED, comment: 'it is fine' });
    expect([statusOf(made, MIA), statusOf(made, PREPARED)]).toEqual(['pending', 'resolved']);
    made.approve('mia', 'leo');
    expect(made.state.status).toBe('approved');
  });

  it.each(['approve', 'reject'] as const)('is not decided by the delegate, nor by the owner meanwhile (%s)', (type) => {
    const made = delegated();
    expect(made.code('hanna', { type, task: PREPARED })).toBe('invalid_transition');
    expect(made.code('mia', { type, task: MIA })).toBe('invalid_transition');
  });

  it.each(['all', 'quorum'] as const)('keeps its node open, for what is prepared counts for nothing (%s)', (mode) => {
    const made = delegated(mode).approve('leo');
    expect(made.state.status).toBe('running');
    made.must('hanna', { type: 'resolve', task: PREPARED });
    expect(made.state.status).toBe('running');
    made.approve('mia');
    expect(made.state.status).toBe('approved');
  });

  it('keeps its place in a sequence', () => {
    const made = delegated('sequential');
    expect(made.pending()).toEqual(['hanna@check']);
    made.must('hanna', { type: 'resolve', task: PREPARED });
    expect(made.pending()).toEqual(['mia@check']);
    made.approve('mia');
    expect(made.pending()).toEqual(['leo@check']);
  });

  it('ends with its node or its instance, on both sides', () => {
    const other = delegated('any').approve('leo');
    expect([statusOf(other, MIA), statusOf(other, PREPARED)]).toEqual(['skipped', 'skipped']);
    const withdrawn = delegated();
    withdrawn.must('ada', { type: 'withdraw' });
    expect([statusOf(withdrawn, MIA), statusOf(withdrawn, PREPARED)]).toEqual(['cancelled', 'cancelled']);
  });

  it('can be taken back by its owner and by an administrator, by either of its names', () => {
    for (const [actor, task] of [
      ['mia', MIA],
      ['root', PREPARED],
      ['root', MIA],
    ] as const) {
      const made = delegated();
      made.must(actor, { type: 'resolve', task });
      expect([statusOf(made, MIA), statusOf(made, PREPARED)]).toEqual(['pending', 'resolved']);
    }
    expect(delegated().code('leo', { type: 'resolve', task: MIA })).toBe('not_assignee');
  });

  it('goes to nobody who acts there already, who is unknown, or who is the applicant', () => {
    const made = ProcessCase.started(process('all'), smallCompany(), 'ada');
    const to = (person: string) => made.code('mia', { type: 'delegate', task: MIA, to: person });
    expect([to('leo'), to('mia'), to('ghost'), to('ada')]).toEqual([
      'already_assigned',
      'already_assigned',
      'invalid_assignee',
      'self_approval',
    ]);
  });

  it('has both ways, and who said what, on record', () => {
    const made = delegated();
    made.must('hanna', { type: 'resolve', task: PREPARED, comment: 'it is fine' });
    const draft = new ProcessCase(made.graph, smallCompany(), 'ada').state;
    const said = historyOf(draft, made.events).map(({ action, actorId, comment }) => [action, actorId, comment]);
    expect(said).toEqual(
      expect.arrayContaining([
        ['delegate', 'mia', 'look at the offer'],
        ['resolve', 'hanna', 'it is fine'],
        ['hand_back', 'hanna', null],
      ]),
    );
  });
});
