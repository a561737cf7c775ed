import { describe, expect, it } from '@jest/globals';
import { MemoryInstance, sampleDirectory } from '../../testing/index.js';
import type { DefinitionInput } from '../definition/definition.js';

/** first → (left1 → left2) parallel to right → last; one person at each step. */
const branches: DefinitionInput = {
  code: 'branches',
  name: 'Branches',
  nodes: [
    { id: 'start', type: 'start' },
    { id: 'first', type: 'approve', assignees: [{ type: 'user', users: ['mia'] }] },
    { id: 'fork', type: 'parallel' },
    { id: 'left1', type: 'approve', assignees: [{ type: 'user', users: ['leo'] }] },
    { id: 'left2', type: 'approve', assignees: [{ type: 'user', users: ['zoe'] }] },
    { id: 'right', type: 'approve', assignees: [{ type: 'user', users: ['lena'] }] },
    { id: 'last', type: 'approve', assignees: [{ type: 'user', users: ['hanna'] }] },
    { id: 'end', type: 'end' },
  ],
  edges: [
    { from: 'start', to: 'first' },
    { from: 'first', to: 'fork' },
    { from: 'fork', to: 'left1' },
    { from: 'fork', to: 'right' },
    { from: 'left1', to: 'left2' },
    { from: 'left2', to: 'last' },
    { from: 'right', to: 'last' },
    { from: 'last', to: 'end' },
  ],
};

function returned(instance: MemoryInstance, user: string, to: string, resume?: 'jump_back'): MemoryInstance {
  instance.must(user, {
    type: 'return',
    task: instance.taskOf(user).key,
    to,
    ...(resume === undefined ? {} : { resume }),
  });
  return instance;
}

describe('Parallel branches', () => {
  it('meet at the first step that both lead to, whatever order they finish in', () => {
    const instance = MemoryInstance.started(branches, sampleDirectory(), 'ada').approve('mia', 'lena', 'leo');
    expect(instance.pending()).toEqual(['zoe@left2']);
    expect(instance.approve('zoe').pending()).toEqual(['hanna@last']);
    expect(instance.state.tasks.filter((task) => task.nodeId === 'last')).toHaveLength(1);
  });

  it('are all closed when one is rejected', () => {
    const instance = MemoryInstance.started(branches, sampleDirectory(), 'ada').approve('mia').reject('lena');
    expect(instance.state.status).toBe('rejected');
    expect(instance.code('leo', { type: 'approve', task: 'left1#1/1' })).toBe('instance_closed');
  });
});

describe('Return', () => {
  it('to an earlier step of its branch does not change the other branch', () => {
    const instance = MemoryInstance.started(branches, sampleDirectory(), 'ada').approve('mia', 'lena', 'leo');
    returned(instance, 'zoe', 'left1');
    expect([instance.state.status, instance.state.round, instance.pending()]).toEqual(['running', 2, ['leo@left1']]);
    instance.approve('leo', 'zoe');
    expect(instance.pending()).toEqual(['hanna@last']);
  });

  it('to a step before the branches repeats all of them', () => {
    const instance = MemoryInstance.started(branches, sampleDirectory(), 'ada').approve('mia', 'lena', 'leo');
    returned(instance, 'zoe', 'first');
    expect(instance.pending()).toEqual(['mia@first']);
    instance.approve('mia');
    expect(instance.pending()).toEqual(['leo@left1', 'lena@right']);
    expect(instance.approve('leo', 'lena', 'zoe', 'hanna').state.status).toBe('approved');
  });

  it('to a step before the branches closes the tasks of all of them', () => {
    const instance = MemoryInstance.started(branches, sampleDirectory(), 'ada').approve('mia', 'leo');
    returned(instance, 'zoe', 'first');
    expect(instance.pending()).toEqual(['mia@first']);
    expect(instance.state.tasks.find((task) => task.assigneeId === 'lena')?.status).toBe('cancelled');
    expect(instance.state.runs.map((run) => `${run.nodeId} ${run.status}`)).toEqual([
      'first approved',
      'left1 approved',
      'right cancelled',
      'left2 returned',
      'first active',
    ]);
  });

  it('undoes branches and approvals, which do not count on another path', () => {
    const other = structuredClone(branches);
    other.formSchema = { type: 'object', required: ['both'], properties: { both: { type: 'boolean' } } };
    other.settings = { duplicateApprover: 'all' };
    other.nodes[1] = {
      id: 'first',
      type: 'approve',
      assignees: [{ type: 'user', users: ['mia'] }],
      editableFields: ['both'],
    };
    other.nodes.push(
      { id: 'both', type: 'condition' },
      { id: 'short', type: 'approve', assignees: [{ type: 'user', users: ['fin1'] }] },
      { id: 'again', type: 'approve', assignees: [{ type: 'user', users: ['lena'] }] },
    );
    other.edges = [
      ...other.edges.filter((edge) => edge.to !== 'fork' && edge.to !== 'end'),
      { from: 'first', to: 'both' },
      { from: 'both', to: 'fork', when: 'form.both' },
      { from: 'both', to: 'short', default: true },
      { from: 'short', to: 'again' },
      { from: 'last', to: 'again' },
      { from: 'again', to: 'end' },
    ];
    const instance = MemoryInstance.started(other, sampleDirectory(), 'ada', { both: true }).approve(
      'mia',
      'lena',
      'leo',
    );
    returned(instance, 'zoe', 'first');
    instance.must('mia', { type: 'approve', task: instance.taskOf('mia').key, formPatch: { both: false } });
    expect(instance.approve('fin1').pending()).toEqual(['lena@again']);
    for (const to of ['left1', 'left2', 'right', 'last']) {
      expect(instance.code('lena', { type: 'return', task: instance.taskOf('lena').key, to })).toBe('invalid_return');
    }
    expect(instance.approve('lena').state.status).toBe('approved');
  });

  it('with jump_back continues at the step that returned', () => {
    const instance = MemoryInstance.started(branches, sampleDirectory(), 'ada').approve('mia', 'lena', 'leo', 'zoe');
    returned(instance, 'hanna', 'first', 'jump_back');
    expect(instance.pending()).toEqual(['mia@first']);
    expect(instance.approve('mia').pending()).toEqual(['hanna@last']);
    expect(instance.state.jumps).toEqual([]);
    expect(instance.approve('hanna').state.status).toBe('approved');
  });

  it('to START with jump_back continues at the active steps after the resubmission', () => {
    const instance = MemoryInstance.started(branches, sampleDirectory(), 'ada').approve('mia', 'leo');
    returned(instance, 'zoe', 'START', 'jump_back');
    expect([instance.state.status, instance.pending()]).toEqual(['returned', []]);
    instance.must('ada', { type: 'resubmit' });
    expect(instance.pending()).toEqual(['lena@right', 'zoe@left2']);
  });

  it('to START without jump_back starts from the beginning', () => {
    const instance = returned(
      MemoryInstance.started(branches, sampleDirectory(), 'ada').approve('mia', 'leo'),
      'zoe',
      'START',
    );
    instance.must('ada', { type: 'resubmit' });
    expect(instance.pending()).toEqual(['mia@first']);
  });

  it.each(['last', 'right', 'left2', 'fork', 'end', 'nowhere'])(
    'from left2 to %s is refused: it is no approved step before left2',
    (to) => {
      const instance = MemoryInstance.started(branches, sampleDirectory(), 'ada').approve('mia', 'lena', 'leo');
      expect(instance.code('zoe', { type: 'return', task: instance.taskOf('zoe').key, to })).toBe('invalid_return');
    },
  );

  it('is possible until the last round, by default the fifth', () => {
    const instance = MemoryInstance.started(branches, sampleDirectory(), 'ada');
    for (let round = 1; round < 5; round += 1) {
      returned(instance, 'mia', 'START');
      instance.must('ada', { type: 'resubmit' });
    }
    expect(instance.state.round).toBe(5);
    expect(instance.code('mia', { type: 'return', task: instance.taskOf('mia').key, to: 'START' })).toBe('max_rounds');
    expect(instance.approve('mia').pending()).toEqual(['leo@left1', 'lena@right']);
  });
});

describe('Expiry', () => {
  it('closes all tasks, and a recovery opens new ones at the same steps', () => {
    const instance = MemoryInstance.started(branches, sampleDirectory(), 'ada').approve('mia', 'lena');
    instance.must({ id: 'system:timer', kind: 'system', manages: false }, { type: 'expire' });
    expect(instance.state.tasks.map((task) => task.status)).toEqual(['approved', 'expired', 'approved']);
    instance.must('root', { type: 'recover' });
    expect(instance.pending()).toEqual(['leo@left1']);
    expect(instance.approve('leo', 'zoe', 'hanna').state.status).toBe('approved');
  });

  it('of a returned instance is undone by a recovery: the instance is returned again', () => {
    const instance = returned(
      MemoryInstance.started(branches, sampleDirectory(), 'ada').approve('mia', 'leo'),
      'zoe',
      'START',
      'jump_back',
    );
    instance.must('root', { type: 'expire' });
    instance.must('root', { type: 'recover' });
    expect(instance.state).toMatchObject({ status: 'returned', round: 2 });
    instance.must('ada', { type: 'resubmit' });
    expect(instance.pending()).toEqual(['lena@right', 'zoe@left2']);
  });
});

describe('Loop', () => {
  const looped: DefinitionInput = {
    code: 'looped',
    name: 'Looped',
    formSchema: { type: 'object', required: ['price'], properties: { price: { type: 'number' } } },
    nodes: [
      { id: 'start', type: 'start' },
      { id: 'offer', type: 'approve', assignees: [{ type: 'user', users: ['mia'] }], editableFields: ['price'] },
      { id: 'cheap', type: 'condition' },
      { id: 'end', type: 'end' },
    ],
    edges: [
      { from: 'start', to: 'offer' },
      { from: 'offer', to: 'cheap' },
      { from: 'cheap', to: 'offer', when: 'form.price > 100', loop: true },
      { from: 'cheap', to: 'end', default: true },
    ],
  };

  it('repeats until its condition no longer holds', () => {
    const instance = MemoryInstance.started(looped, sampleDirectory(), 'ada', { price: 150 }).approve('mia');
    expect(instance.taskOf('mia').key).toBe('offer#2/1');
    instance.must('mia', { type: 'approve', task: 'offer#2/1', formPatch: { price: 90 } });
    expect(instance.state.status).toBe('approved');
  });

  it('of automatic approvals ends in a suspension', () => {
    const automatic = structuredClone(looped);
    automatic.nodes[1] = {
      id: 'offer',
      type: 'approve',
      assignees: [{ type: 'user', users: ['gone'] }],
      onEmpty: 'auto_approve',
    };
    const instance = MemoryInstance.started(automatic, sampleDirectory(), 'ada', { price: 150 });
    expect(instance.state.suspension).toMatchObject({ reason: 'visit_limit' });
    instance.must('root', { type: 'cancel', reason: 'never cheap enough' });
    expect(instance.state.status).toBe('cancelled');
  });
});
