import { describe, expect, it } from '@jest/globals';
import { MemoryInstance, sampleDirectory } from '../../testing/index.js';
import type { DefinitionInput } from '../definition/definition.js';

type ApproveInput = Extract<DefinitionInput['nodes'][number], { type: 'approve' }>;

/** One approve step between start and end. */
function oneStep(step: Partial<ApproveInput>, settings: DefinitionInput['settings'] = {}): DefinitionInput {
  return {
    code: 'one-step',
    name: 'One step',
    nodes: [
      { id: 'start', type: 'start' },
      { id: 'n', type: 'approve', assignees: [{ type: 'role', role: 'finance' }], ...step },
      { id: 'end', type: 'end' },
    ],
    edges: [
      { from: 'start', to: 'n' },
      { from: 'n', to: 'end' },
    ],
    settings,
  };
}

function started(step: Partial<ApproveInput>): MemoryInstance {
  return MemoryInstance.started(oneStep(step), sampleDirectory(), 'ada');
}

const statuses = (instance: MemoryInstance): readonly string[] => instance.state.tasks.map((task) => task.status);

describe('Mode any', () => {
  it('is approved by the first approval and skips the other tasks', () => {
    const instance = started({ mode: 'any' }).approve('fin2');
    expect([instance.state.status, statuses(instance)]).toEqual(['approved', ['skipped', 'approved', 'skipped']]);
  });

  it('is rejected by the first rejection, with collect only by the last', () => {
    expect(started({ mode: 'any' }).reject('fin1').state.status).toBe('rejected');
    const collected = started({ mode: 'any', onReject: 'collect' }).reject('fin1').reject('fin3');
    expect(collected.state.status).toBe('running');
    expect(collected.reject('fin2').state.status).toBe('rejected');
  });
});

describe('Mode all', () => {
  it('needs every approval', () => {
    const instance = started({ mode: 'all' }).approve('fin1', 'fin3');
    expect(instance.pending()).toEqual(['fin2@n']);
    expect(instance.approve('fin2').state.status).toBe('approved');
  });

  it('is rejected by one rejection and skips the open tasks at once', () => {
    const instance = started({ mode: 'all' }).approve('fin1').reject('fin2', 'too dear');
    expect([instance.state.status, statuses(instance)]).toEqual(['rejected', ['approved', 'rejected', 'skipped']]);
    expect(instance.state.tasks[1]?.comment).toBe('too dear');
  });

  it('is rejected only after the last decision, with collect', () => {
    const instance = started({ mode: 'all', onReject: 'collect' }).reject('fin1').approve('fin2');
    expect(instance.pending()).toEqual(['fin3@n']);
    expect(instance.approve('fin3').state.status).toBe('rejected');
  });
});

describe('Mode sequential', () => {
  it('activates one task after the other', () => {
    const instance = started({ mode: 'sequential', dueHours: 2 });
    expect(statuses(instance)).toEqual(['pending', 'waiting', 'waiting']);
    instance.approve('fin1');
    expect(statuses(instance)).toEqual(['approved', 'pending', 'waiting']);
    const second = instance.state.tasks[1];
    expect(Date.parse(second?.dueAt ?? '') - Date.parse(second?.openedAt ?? '')).toBe(2 * 3_600_000);
    expect(instance.approve('fin2', 'fin3').state.status).toBe('approved');
  });

  it('keeps the order when a task is transferred', () => {
    const instance = started({ mode: 'sequential' });
    instance.must('fin1', { type: 'transfer', task: instance.taskOf('fin1').key, to: 'hanna' });
    expect(instance.pending()).toEqual(['hanna@n']);
    expect(instance.approve('hanna').pending()).toEqual(['fin2@n']);
  });
});

describe('Mode quorum', () => {
  it('is approved as soon as the quorum is reached', () => {
    const instance = started({ mode: 'quorum', quorum: { count: 2 } }).approve('fin1', 'fin2');
    expect([instance.state.status, statuses(instance)]).toEqual(['approved', ['approved', 'approved', 'skipped']]);
  });

  it('is rejected as soon as the quorum is out of reach, and not before', () => {
    const instance = started({ mode: 'quorum', quorum: { count: 2 } }).reject('fin1');
    expect(instance.state.status).toBe('running');
    expect(instance.reject('fin2').state.status).toBe('rejected');
    expect(statuses(instance)).toEqual(['rejected', 'rejected', 'skipped']);
  });

  it('is rejected only after the last decision, with collect', () => {
    const instance = started({ mode: 'quorum', quorum: { count: 2 }, onReject: 'collect' })
      .reject('fin1')
      .reject('fin2');
    expect(instance.pending()).toEqual(['fin3@n']);
    expect(instance.approve('fin3').state.status).toBe('rejected');
  });

  it.each([
    [1, 1],
    [33.3, 1],
    [34, 2],
    [66.7, 3],
    [100, 3],
  ])('of %d percent of three people needs %d approvals', (percent, required) => {
    expect(started({ mode: 'quorum', quorum: { percent } }).state.runs[0]?.required).toBe(required);
  });

  it('suspends the instance when there are too few people, until enough are assigned', () => {
    const instance = started({ mode: 'quorum', quorum: { count: 4 } });
    expect(instance.state.suspension).toMatchObject({ reason: 'quorum_out_of_reach', nodeId: 'n' });
    expect(instance.code('root', { type: 'resume' })).toBe('cannot_resume');
    expect(instance.code('root', { type: 'assign', nodeId: 'n', users: ['fin1'] })).toBe('invalid_assignee');
    instance.must('root', { type: 'assign', nodeId: 'n', users: ['fin1', 'fin2', 'fin3', 'zoe'] });
    expect(instance.approve('fin1', 'fin2', 'fin3', 'zoe').state.status).toBe('approved');
  });
});

describe('Mode per_group', () => {
  const groups = [
    { type: 'role', role: 'finance' },
    { type: 'role', role: 'hr' },
  ] as const;

  it('needs one approval of each group and skips the other tasks of an approved group', () => {
    const instance = started({ mode: 'per_group', assignees: [...groups] }).approve('fin2');
    expect(instance.pending()).toEqual(['hanna@n']);
    expect(statuses(instance)).toEqual(['skipped', 'approved', 'skipped', 'pending']);
    expect(instance.approve('hanna').state.status).toBe('approved');
  });

  it('asks a person once for each of their groups', () => {
    const directory = sampleDirectory().person('hanna', { roles: ['hr', 'finance'] });
    const instance = MemoryInstance.started(oneStep({ mode: 'per_group', assignees: [...groups] }), directory, 'ada');
    expect(instance.state.tasks.map((task) => `${task.assigneeId} ${task.group}`)).toEqual([
      'fin1 0',
      'fin2 0',
      'fin3 0',
      'hanna 0',
      'hanna 1',
    ]);
  });
});

describe('onReject return', () => {
  it('returns the instance to the applicant, and rejects it in the last round', () => {
    const instance = MemoryInstance.started(
      oneStep({ onReject: 'return' }, { maxRounds: 2 }),
      sampleDirectory(),
      'ada',
    );
    expect(instance.reject('fin1').state).toMatchObject({ status: 'returned', round: 2 });
    instance.must('ada', { type: 'resubmit' });
    expect(instance.reject('fin1').state.status).toBe('rejected');
  });
});
