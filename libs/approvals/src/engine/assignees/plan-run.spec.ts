import { describe, expect, it } from '@jest/globals';
import { MemoryInstance, sampleDirectory, type MemoryDirectory } from '../../testing/index.js';
import type { DefinitionInput } from '../definition/definition.js';

type StepInput = DefinitionInput['nodes'][number];
type ApproveInput = Extract<StepInput, { type: 'approve' }>;

/** Approve steps n1, n2, … in sequence. */
function sequence(
  steps: readonly Partial<ApproveInput>[],
  settings: DefinitionInput['settings'] = {},
): DefinitionInput {
  const tasks = steps.map((step, i): StepInput => ({
    id: `n${i + 1}`,
    type: 'approve',
    assignees: [{ type: 'user', users: ['mia'] }],
    ...step,
  }));
  const all: StepInput[] = [{ id: 'start', type: 'start' }, ...tasks, { id: 'end', type: 'end' }];
  return {
    code: 'sequence',
    name: 'Sequence',
    formSchema: {
      type: 'object',
      properties: { who: { type: 'string' }, whoAll: { type: 'array', items: { type: 'string' } } },
    },
    nodes: all,
    edges: all.slice(1).map((step, i) => ({ from: all[i]?.id ?? '', to: step.id })),
    settings,
  };
}

function started(
  steps: readonly Partial<ApproveInput>[],
  over: {
    directory?: MemoryDirectory;
    applicant?: string;
    form?: Record<string, unknown>;
    settings?: DefinitionInput['settings'];
  } = {},
): MemoryInstance {
  return MemoryInstance.started(
    sequence(steps, over.settings),
    over.directory ?? sampleDirectory(),
    over.applicant ?? 'ada',
    over.form ?? {},
  );
}

const noActivePeople: ApproveInput['assignees'] = [{ type: 'user', users: ['gone', 'spy', 'unknown'] }];

describe('Assignees', () => {
  it.each([
    [{ type: 'user', users: ['mia', 'mia', 'leo'] }, ['mia', 'leo']],
    [{ type: 'role', role: 'finance' }, ['fin1', 'fin2', 'fin3']],
    [{ type: 'position', position: 'ceo' }, ['zoe']],
    [{ type: 'group', group: 'board' }, ['leo', 'zoe']],
    [{ type: 'dept_leader', departmentId: 'sales' }, ['leo']],
    [{ type: 'dept_members', departmentId: 'head' }, ['leo', 'zoe']],
    [{ type: 'applicant_manager' }, ['mia']],
    [{ type: 'applicant_manager', level: 2 }, ['leo']],
    [{ type: 'applicant_dept_leader' }, ['leo']],
    [{ type: 'applicant_dept_leader', level: 2 }, ['zoe']],
    [{ type: 'form_user_field', field: 'who' }, ['hanna']],
    [{ type: 'form_user_field', field: 'whoAll' }, ['ben', 'lena']],
  ] as const)('of the spec %j are %j: each once, none inactive, none of another tenant', (spec, people) => {
    const form = { who: 'hanna', whoAll: ['ben', 'gone', 'ben', 'lena', 'spy'] };
    const instance = started([{ assignees: [spec as unknown as ApproveInput['assignees'][number]] }], { form });
    expect(instance.state.tasks.map((task) => task.assigneeId)).toEqual(people);
  });

  it('come with the audience keys of their roles and groups', () => {
    const instance = started([
      {
        assignees: [
          { type: 'role', role: 'finance' },
          { type: 'group', group: 'board' },
        ],
      },
    ]);
    expect(instance.events.find((event) => event.type === 'run_opened')).toMatchObject({
      audienceKeys: ['role:finance', 'group:board'],
    });
  });

  it('are the people picked by the applicant or the previous approver', () => {
    const instance = new MemoryInstance(
      started([{ assignees: [{ type: 'applicant_pick' }] }, { assignees: [{ type: 'prev_approver_pick' }] }]).graph,
      sampleDirectory(),
      'ada',
    );
    expect(instance.code('ada', { type: 'start', picks: [{ nodeId: 'n1', users: ['gone'] }] })).toBe('invalid_pick');
    expect(instance.code('ada', { type: 'start', picks: [{ nodeId: 'n2', users: ['leo'] }] })).toBe('invalid_pick');
    instance.must('ada', { type: 'start', picks: [{ nodeId: 'n1', users: ['leo'] }] });
    expect(instance.pending()).toEqual(['leo@n1']);
    instance.must('leo', { type: 'approve', task: 'n1#1/1', picks: [{ nodeId: 'n2', users: ['fin2'] }] });
    expect(instance.pending()).toEqual(['fin2@n2']);
  });

  it('are replaced by their substitutes, along a chain but not in a cycle', () => {
    const directory = sampleDirectory()
      .person('mia', { substituteId: 'leo' })
      .person('leo', { substituteId: 'zoe' })
      .person('fin1', { substituteId: 'fin2' })
      .person('fin2', { substituteId: 'fin1' });
    const instance = started([{ mode: 'all', assignees: [{ type: 'user', users: ['mia', 'fin1'] }] }], { directory });
    expect(instance.state.tasks).toMatchObject([
      { assigneeId: 'zoe', onBehalfOf: 'mia', origin: 'substitute' },
      { assigneeId: 'fin1', onBehalfOf: null, origin: 'initial' },
    ]);
    expect(instance.code('mia', { type: 'approve', task: 'n1#1/1' })).toBe('not_assignee');
  });
});

describe('Own request of the applicant', () => {
  const self: ApproveInput['assignees'] = [{ type: 'user', users: ['ada', 'leo'] }];

  it.each([
    ['manager', ['mia pending', 'leo pending']],
    ['skip', ['ada approved', 'leo skipped']],
    ['allow', ['ada pending', 'leo pending']],
    ['forbid', ['leo pending']],
  ] as const)('with selfApproval %s has the tasks %j', (selfApproval, tasks) => {
    const instance = started([{ assignees: self, selfApproval }]);
    expect(instance.state.tasks.map((task) => `${task.assigneeId} ${task.status}`)).toEqual(tasks);
  });

  it('goes to the manager by default, and to an administrator when there is no manager', () => {
    expect(started([{ assignees: [{ type: 'user', users: ['ada'] }] }]).pending()).toEqual(['mia@n1']);
    expect(started([{ assignees: [{ type: 'user', users: ['zoe'] }] }], { applicant: 'zoe' }).pending()).toEqual([
      'root@n1',
    ]);
  });

  it('cannot be decided by a substitute of the applicant, nor by the applicant as a substitute', () => {
    const substitute = sampleDirectory().person('ada', { substituteId: 'ben', managerId: 'mia' });
    const instance = started([{ assignees: [{ type: 'user', users: ['ada'] }], selfApproval: 'forbid' }], {
      directory: substitute,
    });
    expect(instance.pending()).toEqual(['root@n1']);
    const asSubstitute = sampleDirectory().person('hanna', { substituteId: 'ada' });
    const other = started([{ assignees: [{ type: 'user', users: ['hanna'] }], selfApproval: 'forbid' }], {
      directory: asSubstitute,
    });
    expect(other.pending()).toEqual(['root@n1']);
  });

  it('cannot be transferred or assigned to the applicant', () => {
    const instance = started([{ assignees: [{ type: 'user', users: ['leo'] }] }]);
    expect(instance.code('leo', { type: 'transfer', task: 'n1#1/1', to: 'ada' })).toBe('self_approval');
    expect(instance.code('root', { type: 'assign', nodeId: 'n1', users: ['ada'] })).toBe('self_approval');
  });
});

describe('Step without people', () => {
  it.each([
    ['admin', 'running', ['root@n1']],
    ['auto_approve', 'approved', []],
    ['auto_reject', 'rejected', []],
    ['suspend', 'suspended', []],
  ] as const)('with onEmpty %s gives an instance that is %s', (onEmpty, status, pending) => {
    const instance = started([{ assignees: noActivePeople, onEmpty }]);
    expect([instance.state.status, instance.pending()]).toEqual([status, pending]);
    expect(instance.state.tasks.every((task) => task.origin === 'escalation')).toBe(true);
  });

  it('with onEmpty assign goes to the named people, and is suspended when they are inactive too', () => {
    const assign = (users: string[]): Partial<ApproveInput> => ({
      assignees: noActivePeople,
      onEmpty: 'assign',
      onEmptyAssignees: [{ type: 'user', users }],
    });
    expect(started([assign(['hanna'])]).pending()).toEqual(['hanna@n1']);
    expect(started([assign(['gone'])]).state.suspension?.reason).toBe('nobody_to_act');
  });

  it('is suspended when the only administrator is the applicant', () => {
    const instance = started([{ assignees: noActivePeople }], { applicant: 'root' });
    expect(instance.state.suspension).toMatchObject({ reason: 'nobody_to_act', nodeId: 'n1' });
  });

  it('continues when the directory was corrected and an administrator resumes', () => {
    const directory = sampleDirectory();
    const instance = started([{ assignees: noActivePeople, onEmpty: 'suspend' }], { directory });
    expect(instance.code('root', { type: 'resume' })).toBe('cannot_resume');
    directory.person('gone', { active: true });
    instance.must('root', { type: 'resume' });
    expect(instance.pending()).toEqual(['gone@n1']);
  });

  it('is suspended when it has more than 200 people', () => {
    const directory = sampleDirectory();
    for (let i = 0; i < 201; i += 1) directory.person(`p${i}`, { groupIds: ['everyone'] });
    const instance = started([{ assignees: [{ type: 'group', group: 'everyone' }] }], { directory });
    expect(instance.state.suspension?.reason).toBe('too_many_people');
  });
});

describe('Duplicate approver', () => {
  const users = (...ids: string[]): Partial<ApproveInput> => ({ assignees: [{ type: 'user', users: ids }] });
  const steps = [users('mia'), users('leo'), users('mia', 'zoe'), users('leo')];

  it.each([
    ['none', ['mia@n3', 'zoe@n3']],
    ['consecutive', ['mia@n3', 'zoe@n3']],
    ['all', []],
  ] as const)('with duplicateApprover %s is asked again at %j', (duplicateApprover, pending) => {
    const instance = started(steps, { settings: { duplicateApprover } }).approve('mia', 'leo');
    expect(instance.pending()).toEqual(pending);
    if (duplicateApprover === 'all') expect(instance.state.status).toBe('approved');
  });

  it('with duplicateApprover consecutive is not asked at two consecutive steps', () => {
    const instance = started([users('mia'), users('mia'), users('mia', 'leo')], {
      settings: { duplicateApprover: 'consecutive' },
    });
    instance.approve('mia');
    expect(instance.state.status).toBe('approved');
    const ruled = instance.events.filter(
      (event) => event.type === 'task_closed' && event.policy === 'duplicate_approver',
    );
    expect(ruled.map((event) => event.by)).toEqual(['system:rules', 'system:rules']);
  });

  it('is asked again after a return, because the earlier approval no longer counts', () => {
    const instance = started([users('mia'), users('leo'), users('mia')], {
      settings: { duplicateApprover: 'all' },
    }).approve('mia');
    instance.must('leo', { type: 'return', task: 'n2#1/1', to: 'START' });
    instance.must('ada', { type: 'resubmit' });
    expect(instance.pending()).toEqual(['mia@n1']);
  });

  it('cannot get a second task of a step by a transfer', () => {
    const instance = started([{ ...users('mia', 'leo', 'zoe'), mode: 'quorum', quorum: { count: 2 } }]).approve('mia');
    expect(instance.code('leo', { type: 'transfer', task: 'n1#1/2', to: 'mia' })).toBe('already_assigned');
  });
});
