import { describe, expect, it } from '@jest/globals';
import { graphOf, MemoryInstance, sampleDirectory } from '../../testing/index.js';
import type { DefinitionInput } from '../definition/definition.js';
import type { CommandBody } from '../instance/command.js';
import { INSTANCE_STATUSES, TASK_STATUSES, type InstanceStatus } from '../instance/instance-state.js';

const SYSTEM = { id: 'system:timer', kind: 'system', manages: false } as const;

/** Two managers in sequence, then all of finance. */
const process: DefinitionInput = {
  code: 'verbs',
  name: 'Verbs',
  nodes: [
    { id: 'start', type: 'start' },
    { id: 'managers', type: 'approve', mode: 'sequential', assignees: [{ type: 'user', users: ['mia', 'leo'] }] },
    {
      id: 'finance',
      type: 'approve',
      mode: 'all',
      onReject: 'collect',
      assignees: [{ type: 'role', role: 'finance' }],
    },
    { id: 'end', type: 'end' },
  ],
  edges: [
    { from: 'start', to: 'managers' },
    { from: 'managers', to: 'finance' },
    { from: 'finance', to: 'end' },
  ],
};
const MIA = 'managers#1/1';

const instances: Record<InstanceStatus, () => MemoryInstance> = {
  draft: () => new MemoryInstance(graphOf(process), sampleDirectory(), 'ada'),
  running: () => MemoryInstance.started(process, sampleDirectory(), 'ada'),
  returned: () => after('running', 'mia', { type: 'return', task: MIA, to: 'START' }),
  suspended: () => after('running', 'root', { type: 'suspend' }),
  approved: () => instances.running().approve('mia', 'leo', 'fin1', 'fin2', 'fin3'),
  rejected: () => instances.running().reject('mia'),
  withdrawn: () => after('running', 'ada', { type: 'withdraw' }),
  cancelled: () => after('running', 'root', { type: 'cancel', reason: 'typo' }),
  expired: () => after('running', SYSTEM, { type: 'expire' }),
};

function after(status: InstanceStatus, actor: string | typeof SYSTEM, body: CommandBody): MemoryInstance {
  const instance = instances[status]();
  instance.must(actor, body);
  return instance;
}

const commands: Record<string, [string | typeof SYSTEM, CommandBody]> = {
  start: ['ada', { type: 'start' }],
  resubmit: ['ada', { type: 'resubmit' }],
  withdraw: ['ada', { type: 'withdraw' }],
  cancel: ['root', { type: 'cancel', reason: 'wrong supplier' }],
  suspend: ['root', { type: 'suspend' }],
  resume: ['root', { type: 'resume' }],
  expire: [SYSTEM, { type: 'expire' }],
  recover: ['root', { type: 'recover' }],
  comment: ['ada', { type: 'comment', text: 'please' }],
  cc: ['ada', { type: 'cc', users: ['ben'] }],
  assign: ['root', { type: 'assign', nodeId: 'managers', users: ['hanna'] }],
  approve: ['mia', { type: 'approve', task: MIA }],
  reject: ['mia', { type: 'reject', task: MIA }],
  transfer: ['mia', { type: 'transfer', task: MIA, to: 'hanna' }],
  delegate: ['mia', { type: 'delegate', task: MIA, to: 'hanna' }],
  resolve: ['mia', { type: 'resolve', task: MIA }],
  return: ['mia', { type: 'return', task: MIA, to: 'START' }],
};

const NO = 'invalid_transition';
const OVER = 'instance_closed';
const DONE = 'already_decided';

/** The next status of the instance, or the code of the refusal: the table in docs/approvals.md. */
const expected: Record<string, Record<InstanceStatus, string>> = table(`
  verb     | draft      running    returned  suspended          approved  rejected  withdrawn cancelled expired
  start    | running    ${NO}      ${NO}     ${NO}              ${OVER}   ${OVER}   ${OVER}   ${OVER}   ${OVER}
  resubmit | ${NO}      ${NO}      running   ${NO}              ${OVER}   ${OVER}   ${OVER}   ${OVER}   ${OVER}
  withdraw | ${NO}      withdrawn  withdrawn ${NO}              ${OVER}   ${OVER}   ${OVER}   ${OVER}   ${OVER}
  cancel   | ${NO}      cancelled  cancelled cancelled          ${OVER}   ${OVER}   ${OVER}   ${OVER}   ${OVER}
  suspend  | ${NO}      suspended  ${NO}     ${NO}              ${OVER}   ${OVER}   ${OVER}   ${OVER}   ${OVER}
  resume   | ${NO}      ${NO}      ${NO}     running            ${OVER}   ${OVER}   ${OVER}   ${OVER}   ${OVER}
  expire   | ${NO}      expired    expired   ${NO}              ${OVER}   ${OVER}   ${OVER}   ${OVER}   ${OVER}
  recover  | ${NO}      ${NO}      ${NO}     ${NO}              ${OVER}   ${OVER}   ${OVER}   ${OVER}   running
  comment  | ${NO}      running    returned  suspended          approved  rejected  withdrawn cancelled expired
  cc       | ${NO}      running    returned  suspended          approved  rejected  withdrawn cancelled expired
  assign   | ${NO}      running    ${NO}     suspended          ${OVER}   ${OVER}   ${OVER}   ${OVER}   ${OVER}
  approve  | not_found  running    ${DONE}   instance_suspended ${DONE}   ${DONE}   ${OVER}   ${OVER}   ${OVER}
  reject   | not_found  rejected   ${DONE}   instance_suspended ${DONE}   ${DONE}   ${OVER}   ${OVER}   ${OVER}
  transfer | not_found  running    ${DONE}   instance_suspended ${DONE}   ${DONE}   ${OVER}   ${OVER}   ${OVER}
  delegate | not_found  running    ${DONE}   instance_suspended ${DONE}   ${DONE}   ${OVER}   ${OVER}   ${OVER}
  resolve  | not_found  ${NO}      ${DONE}   instance_suspended ${DONE}   ${DONE}   ${OVER}   ${OVER}   ${OVER}
  return   | not_found  returned   ${DONE}   instance_suspended ${DONE}   ${DONE}   ${OVER}   ${OVER}   ${OVER}
`);

function table(text: string): Record<string, Record<InstanceStatus, string>> {
  const [head, ...rows] = text.trim().split('\n');
  const words = (row: string): string[] => row.split('|')[1]?.trim().split(/\s+/) ?? [];
  const columns = words(head ?? '');
  return Object.fromEntries(
    rows.map((row) => [
      row.split('|')[0]?.trim() ?? '',
      Object.fromEntries(words(row).map((word, i) => [columns[i], word])) as Record<InstanceStatus, string>,
    ]),
  );
}

function outcome(instance: MemoryInstance, actor: string | typeof SYSTEM, body: CommandBody): string {
  const decision = instance.execute(actor, body);
  return decision.kind === 'decided'
    ? decision.state.status
    : decision.kind === 'refused'
      ? decision.refusal.code
      : 'needs';
}

describe('Instance states', () => {
  const cells = Object.keys(commands).flatMap((verb) => INSTANCE_STATUSES.map((status) => [verb, status] as const));

  it.each(cells)('the command %s on an instance that is %s has the documented result', (verb, status) => {
    const instance = instances[status]();
    expect(instance.state.status).toBe(status);
    const [actor, body] = commands[verb] ?? ['', { type: 'resume' }];
    expect(outcome(instance, actor, body)).toBe(expected[verb]?.[status]);
  });
});

function delegated(): MemoryInstance {
  return after('running', 'mia', { type: 'delegate', task: MIA, to: 'hanna' });
}

/** For each status, an instance with a task of that status, and the assignee of the task. */
const tasks: Record<string, { task: string; assignee: string; make: () => MemoryInstance }> = {
  waiting: { task: 'managers#1/2', assignee: 'leo', make: instances.running },
  pending: { task: MIA, assignee: 'mia', make: instances.running },
  approved: { task: MIA, assignee: 'mia', make: () => instances.running().approve('mia') },
  rejected: {
    task: 'finance#1/1',
    assignee: 'fin1',
    make: () => instances.running().approve('mia', 'leo').reject('fin1'),
  },
  transferred: {
    task: MIA,
    assignee: 'mia',
    make: () => after('running', 'mia', { type: 'transfer', task: MIA, to: 'hanna' }),
  },
  returned: {
    task: MIA,
    assignee: 'mia',
    make: () => {
      const instance = instances.returned();
      instance.must('ada', { type: 'resubmit' });
      return instance;
    },
  },
  delegated: { task: MIA, assignee: 'mia', make: delegated },
  resolved: {
    task: 'managers#1/3',
    assignee: 'hanna',
    make: () => {
      const instance = delegated();
      instance.must('hanna', { type: 'resolve', task: 'managers#1/3' });
      return instance;
    },
  },
  skipped: {
    task: 'any#1/2',
    assignee: 'leo',
    make: () => MemoryInstance.started(anyOfTwo, sampleDirectory(), 'ada').approve('mia'),
  },
  cancelled: { task: MIA, assignee: 'mia', make: instances.withdrawn },
  expired: { task: MIA, assignee: 'mia', make: instances.expired },
};

const anyOfTwo: DefinitionInput = {
  code: 'any-of-two',
  name: 'Any of two',
  nodes: [
    { id: 'start', type: 'start' },
    { id: 'any', type: 'approve', mode: 'any', assignees: [{ type: 'user', users: ['mia', 'leo'] }] },
    { id: 'later', type: 'approve', assignees: [{ type: 'user', users: ['zoe'] }] },
    { id: 'end', type: 'end' },
  ],
  edges: [
    { from: 'start', to: 'any' },
    { from: 'any', to: 'later' },
    { from: 'later', to: 'end' },
  ],
};

describe('Task states', () => {
  const results: Record<string, string> = {
    waiting: NO,
    pending: 'decided',
    delegated: NO,
    approved: DONE,
    rejected: DONE,
    transferred: DONE,
    returned: DONE,
    resolved: DONE,
    skipped: DONE,
    cancelled: OVER,
    expired: OVER,
  };
  const bodies = (task: string): CommandBody[] => [
    { type: 'approve', task },
    { type: 'reject', task },
    { type: 'transfer', task, to: 'zoe' },
    { type: 'delegate', task, to: 'zoe' },
    { type: 'return', task, to: 'START' },
  ];
  const cells = TASK_STATUSES.flatMap((status) => bodies('').map((body, i) => [body.type, status, i] as const));

  it.each(cells)('the command %s on a task that is %s has the documented result', (_, status, i) => {
    const { task, assignee, make } = tasks[status] ?? { task: '', assignee: '', make: instances.draft };
    const instance = make();
    expect(instance.state.tasks.find((other) => other.key === task)?.status).toBe(status);
    expect(instance.code(assignee, bodies(task)[i] ?? { type: 'resume' })).toBe(results[status]);
  });

  it.each(cells)('the command %s on a task that is %s is not_assignee for other people', (_, status, i) => {
    const { task, make } = tasks[status] ?? { task: '', make: instances.draft };
    expect(make().code('spy', bodies(task)[i] ?? { type: 'resume' })).toBe('not_assignee');
  });

  it('a task that a colleague decided first gives who decided, when and how', () => {
    const instance = MemoryInstance.started(anyOfTwo, sampleDirectory(), 'ada').approve('mia');
    const at = instance.events.find((event) => event.type === 'task_closed')?.at;
    const decision = instance.decide('leo', { type: 'approve', task: 'any#1/2' });
    expect(decision).toMatchObject({
      refusal: { code: 'already_decided', decided: { by: 'mia', at, action: 'approve' } },
    });
  });

  it('a double click on the last approval gives already_decided, not instance_closed', () => {
    const instance = instances.approved();
    expect(instance.code('fin3', { type: 'approve', task: 'finance#1/3' })).toBe('already_decided');
  });

  it('a task closed by a return gives already_decided, and so does an expired task after a recovery', () => {
    const instance = instances.running().approve('mia', 'leo');
    instance.must('fin1', { type: 'return', task: 'finance#1/1', to: 'managers' });
    expect(instance.code('fin2', { type: 'approve', task: 'finance#1/2' })).toBe('already_decided');
    const recovered = instances.expired();
    recovered.must('root', { type: 'recover' });
    expect(recovered.code('mia', { type: 'approve', task: MIA })).toBe('already_decided');
    expect(recovered.pending()).toEqual(['mia@managers']);
  });
});

describe('Permissions', () => {
  it.each([
    ['start', 'draft', 'ben'],
    ['resubmit', 'returned', 'mia'],
    ['withdraw', 'running', 'mia'],
    ['withdraw', 'running', 'root'],
    ['cancel', 'running', 'ada'],
    ['suspend', 'running', 'mia'],
    ['resume', 'suspended', 'ada'],
    ['expire', 'running', 'mia'],
    ['recover', 'expired', 'ada'],
    ['comment', 'running', 'ben'],
    ['cc', 'running', 'spy'],
    ['assign', 'running', 'mia'],
  ] as const)('%s on an instance that is %s is forbidden to %s', (verb, status, actor) => {
    const [, body] = commands[verb] ?? ['', { type: 'resume' }];
    expect(instances[status]().code(actor, body)).toBe('forbidden');
  });

  it('the applicant can cancel if the process allows it, but not without a reason', () => {
    const instance = MemoryInstance.started(
      { ...process, settings: { applicantMayCancel: true } },
      sampleDirectory(),
      'ada',
    );
    expect(instance.code('ada', { type: 'cancel', reason: ' ' })).toBe('reason_required');
    expect(instance.code('ada', { type: 'cancel', reason: 'bought elsewhere' })).toBe('decided');
  });

  it.each([
    ['never', 0, 'forbidden'],
    ['before_first_decision', 0, 'decided'],
    ['before_first_decision', 1, 'invalid_transition'],
    ['any_time', 1, 'decided'],
  ] as const)(
    'with withdraw %s and %d decisions, withdrawal by the applicant gives %s',
    (withdraw, decisions, code) => {
      const instance = MemoryInstance.started({ ...process, settings: { withdraw } }, sampleDirectory(), 'ada');
      if (decisions > 0) instance.approve('mia');
      expect(instance.code('ada', { type: 'withdraw' })).toBe(code);
    },
  );

  it('an administrator can transfer a task, but not approve it', () => {
    const instance = instances.running();
    expect(instance.code('root', { type: 'transfer', task: MIA, to: 'hanna' })).toBe('decided');
    expect(instance.code('root', { type: 'approve', task: MIA })).toBe('not_assignee');
  });
});
