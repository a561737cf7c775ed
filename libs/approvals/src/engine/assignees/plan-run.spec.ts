import { describe, expect, it } from '@jest/globals';
import { ProcessCase, smallCompany, type Company } from '../../testing/index.js';
import type { DefinitionInput } from '../index.js';

type NodeInput = DefinitionInput['nodes'][number];
type WorkInput = Extract<NodeInput, { type: 'approve' }>;

/** Approve nodes n1, n2, … in a row. */
function row(nodes: readonly Partial<WorkInput>[], settings: DefinitionInput['settings'] = {}): DefinitionInput {
  const work = nodes.map((node, i): NodeInput => ({
    id: `n${i + 1}`,
    type: 'approve',
    assignees: [{ type: 'user', users: ['mia'] }],
    ...node,
  }));
  const all: NodeInput[] = [{ id: 'start', type: 'start' }, ...work, { id: 'end', type: 'end' }];
  return {
    code: 'row',
    name: 'Row',
    formSchema: {
      type: 'object',
      properties: { who: { type: 'string' }, whoAll: { type: 'array', items: { type: 'string' } } },
    },
    nodes: all,
    edges: all.slice(1).map((node, i) => ({ from: all[i]?.id ?? '', to: node.id })),
    settings,
  };
}

function started(
  nodes: readonly Partial<WorkInput>[],
  over: {
    company?: Company;
    applicant?: string;
    form?: Record<string, unknown>;
    settings?: DefinitionInput['settings'];
  } = {},
): ProcessCase {
  return ProcessCase.started(
    row(nodes, over.settings),
    over.company ?? smallCompany(),
    over.applicant ?? 'ada',
    over.form ?? {},
  );
}

const nobody: WorkInput['assignees'] = [{ type: 'user', users: ['gone', 'spy', 'unknown'] }];

describe('assignees', () => {
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
  ] as const)('%j are %j: each once, no inactive people, nobody of another tenant', (spec, people) => {
    const form = { who: 'hanna', whoAll: ['ben', 'gone', 'ben', 'lena', 'spy'] };
    const made = started([{ assignees: [spec as unknown as WorkInput['assignees'][number]] }], { form });
    expect(made.state.tasks.map((task) => task.assigneeId)).toEqual(people);
  });

  it('tells the audience keys behind a role, for whoever follows it', () => {
    const made = started([
      {
        assignees: [
          { type: 'role', role: 'finance' },
          { type: 'group', group: 'board' },
        ],
      },
    ]);
    expect(made.events.find((event) => event.type === 'run_opened')).toMatchObject({
      audienceKeys: ['role:finance', 'group:board'],
    });
  });

  it('are whom the applicant picked, and whom the approver before picked', () => {
    const made = new ProcessCase(
      started([{ assignees: [{ type: 'applicant_pick' }] }, { assignees: [{ type: 'prev_approver_pick' }] }]).graph,
      smallCompany(),
      'ada',
    );
    expect(made.code('ada', { type: 'start', picks: [{ nodeId: 'n1', users: ['gone'] }] })).toBe('invalid_pick');
    expect(made.code('ada', { type: 'start', picks: [{ nodeId: 'n2', users: ['leo'] }] })).toBe('invalid_pick');
    made.must('ada', { type: 'start', picks: [{ nodeId: 'n1', users: ['leo'] }] });
    expect(made.pending()).toEqual(['leo@n1']);
    made.must('leo', { type: 'approve', task: 'n1#1/1', picks: [{ nodeId: 'n2', users: ['fin2'] }] });
    expect(made.pending()).toEqual(['fin2@n2']);
  });

  it('are replaced by their substitutes, along the chain but not round a circle, and say for whom they act', () => {
    const company = smallCompany()
      .person('mia', { substituteId: 'leo' })
      .person('leo', { substituteId: 'zoe' })
      .person('fin1', { substituteId: 'fin2' })
      .person('fin2', { substituteId: 'fin1' });
    const made = started([{ mode: 'all', assignees: [{ type: 'user', users: ['mia', 'fin1'] }] }], { company });
    expect(made.state.tasks).toMatchObject([
      { assigneeId: 'zoe', onBehalfOf: 'mia', origin: 'substitute' },
      { assigneeId: 'fin1', onBehalfOf: null, origin: 'initial' },
    ]);
    expect(made.code('mia', { type: 'approve', task: 'n1#1/1' })).toBe('not_assignee');
  });
});

describe('the own request', () => {
  const self: WorkInput['assignees'] = [{ type: 'user', users: ['ada', 'leo'] }];

  it.each([
    ['manager', ['mia pending', 'leo pending']],
    ['skip', ['ada approved', 'leo skipped']],
    ['allow', ['ada pending', 'leo pending']],
    ['forbid', ['leo pending']],
  ] as const)('with selfApproval %s gives %j', (selfApproval, tasks) => {
    const made = started([{ assignees: self, selfApproval }]);
    expect(made.state.tasks.map((task) => `${task.assigneeId} ${task.status}`)).toEqual(tasks);
  });

  it('goes to the manager by default, and to an administrator when there is none', () => {
    expect(started([{ assignees: [{ type: 'user', users: ['ada'] }] }]).pending()).toEqual(['mia@n1']);
    expect(started([{ assignees: [{ type: 'user', users: ['zoe'] }] }], { applicant: 'zoe' }).pending()).toEqual([
      'root@n1',
    ]);
  });

  it('is not decided by a substitute of the applicant, nor by the applicant as a substitute', () => {
    const substitute = smallCompany().person('ada', { substituteId: 'ben', managerId: 'mia' });
    const made = started([{ assignees: [{ type: 'user', users: ['ada'] }], selfApproval: 'forbid' }], {
      company: substitute,
    });
    expect(made.pending()).toEqual(['root@n1']);
    const asSubstitute = smallCompany().person('hanna', { substituteId: 'ada' });
    const other = started([{ assignees: [{ type: 'user', users: ['hanna'] }], selfApproval: 'forbid' }], {
      company: asSubstitute,
    });
    expect(other.pending()).toEqual(['root@n1']);
  });

  it('cannot be reached by transfer or assignment either', () => {
    const made = started([{ assignees: [{ type: 'user', users: ['leo'] }] }]);
    expect(made.code('leo', { type: 'transfer', task: 'n1#1/1', to: 'ada' })).toBe('self_approval');
    expect(made.code('root', { type: 'assign', nodeId: 'n1', users: ['ada'] })).toBe('self_approval');
  });
});

describe('nobody to act', () => {
  it.each([
    ['admin', 'running', ['root@n1']],
    ['auto_approve', 'approved', []],
    ['auto_reject', 'rejected', []],
    ['suspend', 'suspended', []],
  ] as const)('with onEmpty %s the instance is %s', (onEmpty, status, pending) => {
    const made = started([{ assignees: nobody, onEmpty }]);
    expect([made.state.status, made.pending()]).toEqual([status, pending]);
    expect(made.state.tasks.every((task) => task.origin === 'escalation')).toBe(true);
  });

  it('with onEmpty assign goes to those people, and is suspended when they are gone too', () => {
    const assign = (users: string[]): Partial<WorkInput> => ({
      assignees: nobody,
      onEmpty: 'assign',
      onEmptyAssignees: [{ type: 'user', users }],
    });
    expect(started([assign(['hanna'])]).pending()).toEqual(['hanna@n1']);
    expect(started([assign(['gone'])]).state.suspension?.reason).toBe('nobody_to_act');
  });

  it('is suspended rather than given to an administrator who is the applicant', () => {
    const made = started([{ assignees: nobody }], { applicant: 'root' });
    expect(made.state.suspension).toMatchObject({ reason: 'nobody_to_act', nodeId: 'n1' });
  });

  it('goes on by itself once the directory is right and an administrator resumes', () => {
    const company = smallCompany();
    const made = started([{ assignees: nobody, onEmpty: 'suspend' }], { company });
    expect(made.code('root', { type: 'resume' })).toBe('cannot_resume');
    company.person('gone', { active: true });
    made.must('root', { type: 'resume' });
    expect(made.pending()).toEqual(['gone@n1']);
  });

  it('stops a list of more than 200 people instead of asking them all', () => {
    const company = smallCompany();
    for (let i = 0; i < 201; i += 1) company.person(`p${i}`, { groupIds: ['crowd'] });
    const made = started([{ assignees: [{ type: 'group', group: 'crowd' }] }], { company });
    expect(made.state.suspension?.reason).toBe('too_many_people');
  });
});

describe('somebody who approved before', () => {
  const users = (...ids: string[]): Partial<WorkInput> => ({ assignees: [{ type: 'user', users: ids }] });
  const nodes = [users('mia'), users('leo'), users('mia', 'zoe'), users('leo')];

  it.each([
    ['none', ['mia@n3', 'zoe@n3']],
    ['consecutive', ['mia@n3', 'zoe@n3']],
    ['all', []],
  ] as const)('with duplicateApprover %s is asked again at %j', (duplicateApprover, pending) => {
    const made = started(nodes, { settings: { duplicateApprover } }).approve('mia', 'leo');
    expect(made.pending()).toEqual(pending);
    if (duplicateApprover === 'all') expect(made.state.status).toBe('approved');
  });

  it('with consecutive is not asked twice in a row', () => {
    const made = started([users('mia'), users('mia'), users('mia', 'leo')], {
      settings: { duplicateApprover: 'consecutive' },
    });
    made.approve('mia');
    expect(made.state.status).toBe('approved');
    const ruled = made.events.filter((event) => event.type === 'task_closed' && event.policy === 'duplicate_approver');
    expect(ruled.map((event) => event.by)).toEqual(['system:rules', 'system:rules']);
  });

  it('is asked again after a return, because the earlier approval no longer counts', () => {
    const made = started([users('mia'), users('leo'), users('mia')], {
      settings: { duplicateApprover: 'all' },
    }).approve('mia');
    made.must('leo', { type: 'return', task: 'n2#1/1', to: 'START' });
    made.must('ada', { type: 'resubmit' });
    expect(made.pending()).toEqual(['mia@n1']);
  });

  it('cannot vote twice at one node by having a colleague’s task transferred', () => {
    const made = started([{ ...users('mia', 'leo', 'zoe'), mode: 'quorum', quorum: { count: 2 } }]).approve('mia');
    expect(made.code('leo', { type: 'transfer', task: 'n1#1/2', to: 'mia' })).toBe('already_assigned');
  });
});
