import { describe, expect, it } from '@jest/globals';
import { ProcessCase, smallCompany } from '../../testing/index.js';
import type { DefinitionInput } from '../index.js';

type WorkInput = Extract<DefinitionInput['nodes'][number], { type: 'approve' }>;

/** One approve node between start and end. */
function oneNode(node: Partial<WorkInput>, settings: DefinitionInput['settings'] = {}): DefinitionInput {
  return {
    code: 'one-node',
    name: 'One node',
    nodes: [
      { id: 'start', type: 'start' },
      { id: 'n', type: 'approve', assignees: [{ type: 'role', role: 'finance' }], ...node },
      { id: 'end', type: 'end' },
    ],
    edges: [
      { from: 'start', to: 'n' },
      { from: 'n', to: 'end' },
    ],
    settings,
  };
}

function started(node: Partial<WorkInput>): ProcessCase {
  return ProcessCase.started(oneNode(node), smallCompany(), 'ada');
}

const statuses = (made: ProcessCase): readonly string[] => made.state.tasks.map((task) => task.status);

describe('any (or-sign)', () => {
  it('ends with the first approval and skips the others', () => {
    const made = started({ mode: 'any' }).approve('fin2');
    expect([made.state.status, statuses(made)]).toEqual(['approved', ['skipped', 'approved', 'skipped']]);
  });

  it('ends with the first rejection, unless everybody is to be heard', () => {
    expect(started({ mode: 'any' }).reject('fin1').state.status).toBe('rejected');
    const heard = started({ mode: 'any', onReject: 'collect' }).reject('fin1').reject('fin3');
    expect(heard.state.status).toBe('running');
    expect(heard.reject('fin2').state.status).toBe('rejected');
  });
});

describe('all (counter-sign)', () => {
  it('needs every approval', () => {
    const made = started({ mode: 'all' }).approve('fin1', 'fin3');
    expect(made.pending()).toEqual(['fin2@n']);
    expect(made.approve('fin2').state.status).toBe('approved');
  });

  it('is vetoed by one rejection and closes the open tasks at once', () => {
    const made = started({ mode: 'all' }).approve('fin1').reject('fin2', 'too dear');
    expect([made.state.status, statuses(made)]).toEqual(['rejected', ['approved', 'rejected', 'skipped']]);
    expect(made.state.tasks[1]?.comment).toBe('too dear');
  });

  it('hears everybody before it is rejected, with collect', () => {
    const made = started({ mode: 'all', onReject: 'collect' }).reject('fin1').approve('fin2');
    expect(made.pending()).toEqual(['fin3@n']);
    expect(made.approve('fin3').state.status).toBe('rejected');
  });
});

describe('sequential', () => {
  it('asks one after the other', () => {
    const made = started({ mode: 'sequential', dueHours: 2 });
    expect(statuses(made)).toEqual(['pending', 'waiting', 'waiting']);
    made.approve('fin1');
    expect(statuses(made)).toEqual(['approved', 'pending', 'waiting']);
    const second = made.state.tasks[1];
    expect(Date.parse(second?.dueAt ?? '') - Date.parse(second?.openedAt ?? '')).toBe(2 * 3_600_000);
    expect(made.approve('fin2', 'fin3').state.status).toBe('approved');
  });

  it('keeps the turn when the task is transferred', () => {
    const made = started({ mode: 'sequential' });
    made.must('fin1', { type: 'transfer', task: made.taskOf('fin1').key, to: 'hanna' });
    expect(made.pending()).toEqual(['hanna@n']);
    expect(made.approve('hanna').pending()).toEqual(['fin2@n']);
  });
});

describe('quorum', () => {
  it('closes early when it is reached', () => {
    const made = started({ mode: 'quorum', quorum: { count: 2 } }).approve('fin1', 'fin2');
    expect([made.state.status, statuses(made)]).toEqual(['approved', ['approved', 'approved', 'skipped']]);
  });

  it('is rejected as soon as it is out of reach, and not before', () => {
    const made = started({ mode: 'quorum', quorum: { count: 2 } }).reject('fin1');
    expect(made.state.status).toBe('running');
    expect(made.reject('fin2').state.status).toBe('rejected');
    expect(statuses(made)).toEqual(['rejected', 'rejected', 'skipped']);
  });

  it('hears everybody before it is rejected, with collect', () => {
    const made = started({ mode: 'quorum', quorum: { count: 2 }, onReject: 'collect' })
      .reject('fin1')
      .reject('fin2');
    expect(made.pending()).toEqual(['fin3@n']);
    expect(made.approve('fin3').state.status).toBe('rejected');
  });

  it.each([
    [1, 1],
    [33.3, 1],
    [34, 2],
    [66.7, 3],
    [100, 3],
  ])('of %d percent of three people needs %d', (percent, required) => {
    expect(started({ mode: 'quorum', quorum: { percent } }).state.runs[0]?.required).toBe(required);
  });

  it('is not made smaller for too few people: the instance is suspended, and goes on when enough are assigned', () => {
    const made = started({ mode: 'quorum', quorum: { count: 4 } });
    expect(made.state.suspension).toMatchObject({ reason: 'quorum_out_of_reach', nodeId: 'n' });
    expect(made.code('root', { type: 'resume' })).toBe('cannot_resume');
    expect(made.code('root', { type: 'assign', nodeId: 'n', users: ['fin1'] })).toBe('invalid_assignee');
    made.must('root', { type: 'assign', nodeId: 'n', users: ['fin1', 'fin2', 'fin3', 'zoe'] });
    expect(made.approve('fin1', 'fin2', 'fin3', 'zoe').state.status).toBe('approved');
  });
});

describe('per group', () => {
  const groups = [
    { type: 'role', role: 'finance' },
    { type: 'role', role: 'hr' },
  ] as const;

  it('needs one of each group and skips the rest of a group that has agreed', () => {
    const made = started({ mode: 'per_group', assignees: [...groups] }).approve('fin2');
    expect(made.pending()).toEqual(['hanna@n']);
    expect(statuses(made)).toEqual(['skipped', 'approved', 'skipped', 'pending']);
    expect(made.approve('hanna').state.status).toBe('approved');
  });

  it('asks a person once for each group they stand for', () => {
    const company = smallCompany().person('hanna', { roles: ['hr', 'finance'] });
    const made = ProcessCase.started(oneNode({ mode: 'per_group', assignees: [...groups] }), company, 'ada');
    expect(made.state.tasks.map((task) => `${task.assigneeId} ${task.group}`)).toEqual([
      'fin1 0',
      'fin2 0',
      'fin3 0',
      'hanna 0',
      'hanna 1',
    ]);
  });
});

describe('a rejected node', () => {
  it('gives the instance back with onReject return, and rejects it in the last round', () => {
    const made = ProcessCase.started(oneNode({ onReject: 'return' }, { maxRounds: 2 }), smallCompany(), 'ada');
    expect(made.reject('fin1').state).toMatchObject({ status: 'returned', round: 2 });
    made.must('ada', { type: 'resubmit' });
    expect(made.reject('fin1').state.status).toBe('rejected');
  });
});
