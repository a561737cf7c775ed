import { describe, expect, it } from '@jest/globals';
import { ProcessCase, smallCompany } from '../../testing/index.js';
import type { DefinitionInput } from '../index.js';

/** first → (left1 → left2) beside right → last; each node one person. */
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

function back(made: ProcessCase, user: string, to: string, resume?: 'jump_back'): ProcessCase {
  made.must(user, { type: 'return', task: made.taskOf(user).key, to, ...(resume === undefined ? {} : { resume }) });
  return made;
}

describe('parallel branches', () => {
  it('meet at the first node that both lead to, in whatever order they finish', () => {
    const made = ProcessCase.started(branches, smallCompany(), 'ada').approve('mia', 'lena', 'leo');
    expect(made.pending()).toEqual(['zoe@left2']);
    expect(made.approve('zoe').pending()).toEqual(['hanna@last']);
    expect(made.state.tasks.filter((task) => task.nodeId === 'last')).toHaveLength(1);
  });

  it('are all closed when one is rejected', () => {
    const made = ProcessCase.started(branches, smallCompany(), 'ada').approve('mia').reject('lena');
    expect(made.state.status).toBe('rejected');
    expect(made.code('leo', { type: 'approve', task: 'left1#1/1' })).toBe('instance_closed');
  });
});

describe('return', () => {
  it('to an earlier node of the own branch leaves the other branch and its result alone', () => {
    const made = ProcessCase.started(branches, smallCompany(), 'ada').approve('mia', 'lena', 'leo');
    back(made, 'zoe', 'left1');
    expect([made.state.status, made.state.round, made.pending()]).toEqual(['running', 2, ['leo@left1']]);
    made.approve('leo', 'zoe');
    expect(made.pending()).toEqual(['hanna@last']);
  });

  it('to a node before the branches takes all of them back, and each is gone through again', () => {
    const made = ProcessCase.started(branches, smallCompany(), 'ada').approve('mia', 'lena', 'leo');
    back(made, 'zoe', 'first');
    expect(made.pending()).toEqual(['mia@first']);
    made.approve('mia');
    expect(made.pending()).toEqual(['leo@left1', 'lena@right']);
    expect(made.approve('leo', 'lena', 'zoe', 'hanna').state.status).toBe('approved');
  });

  it('to a node before the branches closes the tasks of all of them', () => {
    const made = ProcessCase.started(branches, smallCompany(), 'ada').approve('mia', 'leo');
    back(made, 'zoe', 'first');
    expect(made.pending()).toEqual(['mia@first']);
    expect(made.state.tasks.find((task) => task.assigneeId === 'lena')?.status).toBe('cancelled');
    expect(made.state.runs.map((run) => `${run.nodeId} ${run.status}`)).toEqual([
      'first approved',
      'left1 approved',
      'right cancelled',
      'left2 returned',
      'first active',
    ]);
  });

  it('forgets the way that was undone: neither its branches nor its approvals count on another way', () => {
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
    const made = ProcessCase.started(other, smallCompany(), 'ada', { both: true }).approve('mia', 'lena', 'leo');
    back(made, 'zoe', 'first');
    made.must('mia', { type: 'approve', task: made.taskOf('mia').key, formPatch: { both: false } });
    expect(made.approve('fin1').pending()).toEqual(['lena@again']);
    for (const to of ['left1', 'left2', 'right', 'last']) {
      expect(made.code('lena', { type: 'return', task: made.taskOf('lena').key, to })).toBe('invalid_return');
    }
    expect(made.approve('lena').state.status).toBe('approved');
  });

  it('with jump_back comes straight back to the node that returned', () => {
    const made = ProcessCase.started(branches, smallCompany(), 'ada').approve('mia', 'lena', 'leo', 'zoe');
    back(made, 'hanna', 'first', 'jump_back');
    expect(made.pending()).toEqual(['mia@first']);
    expect(made.approve('mia').pending()).toEqual(['hanna@last']);
    expect(made.state.jumps).toEqual([]);
    expect(made.approve('hanna').state.status).toBe('approved');
  });

  it('to START with jump_back takes up the nodes that were being worked on, once the applicant resubmits', () => {
    const made = ProcessCase.started(branches, smallCompany(), 'ada').approve('mia', 'leo');
    back(made, 'zoe', 'START', 'jump_back');
    expect([made.state.status, made.pending()]).toEqual(['returned', []]);
    made.must('ada', { type: 'resubmit' });
    expect(made.pending()).toEqual(['lena@right', 'zoe@left2']);
  });

  it('to START without it begins again', () => {
    const made = back(ProcessCase.started(branches, smallCompany(), 'ada').approve('mia', 'leo'), 'zoe', 'START');
    made.must('ada', { type: 'resubmit' });
    expect(made.pending()).toEqual(['mia@first']);
  });

  it.each(['last', 'right', 'left2', 'fork', 'end', 'nowhere'])(
    'to %s is refused to left2: only approved nodes before it',
    (to) => {
      const made = ProcessCase.started(branches, smallCompany(), 'ada').approve('mia', 'lena', 'leo');
      expect(made.code('zoe', { type: 'return', task: made.taskOf('zoe').key, to })).toBe('invalid_return');
    },
  );

  it('is possible until the last round, five by default', () => {
    const made = ProcessCase.started(branches, smallCompany(), 'ada');
    for (let round = 1; round < 5; round += 1) {
      back(made, 'mia', 'START');
      made.must('ada', { type: 'resubmit' });
    }
    expect(made.state.round).toBe(5);
    expect(made.code('mia', { type: 'return', task: made.taskOf('mia').key, to: 'START' })).toBe('max_rounds');
    expect(made.approve('mia').pending()).toEqual(['leo@left1', 'lena@right']);
  });
});

describe('expiry', () => {
  it('ends all tasks, and a recovery opens new ones at the same nodes', () => {
    const made = ProcessCase.started(branches, smallCompany(), 'ada').approve('mia', 'lena');
    made.must({ id: 'system:timer', kind: 'system', manages: false }, { type: 'expire' });
    expect(made.state.tasks.map((task) => task.status)).toEqual(['approved', 'expired', 'approved']);
    made.must('root', { type: 'recover' });
    expect(made.pending()).toEqual(['leo@left1']);
    expect(made.approve('leo', 'zoe', 'hanna').state.status).toBe('approved');
  });

  it('of a returned instance gives it back to the applicant again', () => {
    const made = back(
      ProcessCase.started(branches, smallCompany(), 'ada').approve('mia', 'leo'),
      'zoe',
      'START',
      'jump_back',
    );
    made.must('root', { type: 'expire' });
    made.must('root', { type: 'recover' });
    expect(made.state).toMatchObject({ status: 'returned', round: 2 });
    made.must('ada', { type: 'resubmit' });
    expect(made.pending()).toEqual(['lena@right', 'zoe@left2']);
  });
});

describe('a loop', () => {
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

  it('is gone through until its condition no longer holds', () => {
    const made = ProcessCase.started(looped, smallCompany(), 'ada', { price: 150 }).approve('mia');
    expect(made.taskOf('mia').key).toBe('offer#2/1');
    made.must('mia', { type: 'approve', task: 'offer#2/1', formPatch: { price: 90 } });
    expect(made.state.status).toBe('approved');
  });

  it('that only rules go round ends in a visible suspension instead of for ever', () => {
    const automatic = structuredClone(looped);
    automatic.nodes[1] = {
      id: 'offer',
      type: 'approve',
      assignees: [{ type: 'user', users: ['gone'] }],
      onEmpty: 'auto_approve',
    };
    const made = ProcessCase.started(automatic, smallCompany(), 'ada', { price: 150 });
    expect(made.state.suspension).toMatchObject({ reason: 'visit_limit' });
    made.must('root', { type: 'cancel', reason: 'never cheap enough' });
    expect(made.state.status).toBe('cancelled');
  });
});
