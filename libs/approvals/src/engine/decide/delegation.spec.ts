import { describe, expect, it } from '@jest/globals';
import { MemoryInstance, sampleDirectory } from '../../testing/index.js';
import { historyOf } from '../audit/history.js';
import type { DefinitionInput, Mode } from '../definition/definition.js';

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
const DELEGATED = 'check#1/3';

/** Mia has delegated her task to Hanna. */
function delegated(mode: Mode = 'all'): MemoryInstance {
  const instance = MemoryInstance.started(process(mode), sampleDirectory(), 'ada');
  instance.must('mia', { type: 'delegate', task: MIA, to: 'hanna', comment: 'check the offer' });
  return instance;
}

const statusOf = (instance: MemoryInstance, key: string) =>
  instance.state.tasks.find((task) => task.key === key)?.status;

describe('Delegated task', () => {
  it('is resolved by the delegate and decided by its owner', () => {
    const instance = delegated();
    expect([...instance.pending()].sort()).toEqual(['hanna@check', 'leo@check']);
    instance.must('hanna', { type: 'resolve', task: DELEGATED, comment: 'it is fine' });
    expect([statusOf(instance, MIA), statusOf(instance, DELEGATED)]).toEqual(['pending', 'resolved']);
    instance.approve('mia', 'leo');
    expect(instance.state.status).toBe('approved');
  });

  it.each(['approve', 'reject'] as const)(
    'cannot be decided by the delegate, nor by the owner before it is resolved (%s)',
    (type) => {
      const instance = delegated();
      expect(instance.code('hanna', { type, task: DELEGATED })).toBe('invalid_transition');
      expect(instance.code('mia', { type, task: MIA })).toBe('invalid_transition');
    },
  );

  it.each(['all', 'quorum'] as const)(
    'keeps its step open, because the task of the delegate does not count (%s)',
    (mode) => {
      const instance = delegated(mode).approve('leo');
      expect(instance.state.status).toBe('running');
      instance.must('hanna', { type: 'resolve', task: DELEGATED });
      expect(instance.state.status).toBe('running');
      instance.approve('mia');
      expect(instance.state.status).toBe('approved');
    },
  );

  it('keeps its position in a sequence', () => {
    const instance = delegated('sequential');
    expect(instance.pending()).toEqual(['hanna@check']);
    instance.must('hanna', { type: 'resolve', task: DELEGATED });
    expect(instance.pending()).toEqual(['mia@check']);
    instance.approve('mia');
    expect(instance.pending()).toEqual(['leo@check']);
  });

  it('closes with its step or its instance, for owner and delegate', () => {
    const other = delegated('any').approve('leo');
    expect([statusOf(other, MIA), statusOf(other, DELEGATED)]).toEqual(['skipped', 'skipped']);
    const withdrawn = delegated();
    withdrawn.must('ada', { type: 'withdraw' });
    expect([statusOf(withdrawn, MIA), statusOf(withdrawn, DELEGATED)]).toEqual(['cancelled', 'cancelled']);
  });

  it('can be resolved by its owner and by an administrator, with the key of either task', () => {
    for (const [actor, task] of [
      ['mia', MIA],
      ['root', DELEGATED],
      ['root', MIA],
    ] as const) {
      const instance = delegated();
      instance.must(actor, { type: 'resolve', task });
      expect([statusOf(instance, MIA), statusOf(instance, DELEGATED)]).toEqual(['pending', 'resolved']);
    }
    expect(delegated().code('leo', { type: 'resolve', task: MIA })).toBe('not_assignee');
  });

  it('cannot go to another assignee of the step, to an unknown person or to the applicant', () => {
    const instance = MemoryInstance.started(process('all'), sampleDirectory(), 'ada');
    const to = (person: string) => instance.code('mia', { type: 'delegate', task: MIA, to: person });
    expect([to('leo'), to('mia'), to('ghost'), to('ada')]).toEqual([
      'already_assigned',
      'already_assigned',
      'invalid_assignee',
      'self_approval',
    ]);
  });

  it('has delegation, resolution and both comments in its history', () => {
    const instance = delegated();
    instance.must('hanna', { type: 'resolve', task: DELEGATED, comment: 'it is fine' });
    const draft = new MemoryInstance(instance.graph, sampleDirectory(), 'ada').state;
    const entries = historyOf(draft, instance.events).map(({ action, actorId, comment }) => [action, actorId, comment]);
    expect(entries).toEqual(
      expect.arrayContaining([
        ['delegate', 'mia', 'check the offer'],
        ['resolve', 'hanna', 'it is fine'],
        ['hand_back', 'hanna', null],
      ]),
    );
  });
});
