import { describe, expect, it } from '@jest/globals';
import { graphOf, ProcessCase, smallCompany, type CommandBody } from '../../testing/index.js';
import { INSTANCE_STATUSES, TASK_STATUSES, type DefinitionInput, type InstanceStatus } from '../index.js';

const SYSTEM = { id: 'system:timer', kind: 'system', manages: false } as const;

/** Two managers in turn, then everybody of finance. */
const process: DefinitionInput = {
  code: 'verbs',
  name: 'Verbs',
  nodes: [
    { id: 'start', type: 'start' },
    { id: 'line', type: 'approve', mode: 'sequential', assignees: [{ type: 'user', users: ['mia', 'leo'] }] },
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
    { from: 'start', to: 'line' },
    { from: 'line', to: 'finance' },
    { from: 'finance', to: 'end' },
  ],
};
const MIA = 'line#1/1';

const instances: Record<InstanceStatus, () => ProcessCase> = {
  draft: () => new ProcessCase(graphOf(process), smallCompany(), 'ada'),
  running: () => ProcessCase.started(process, smallCompany(), 'ada'),
  returned: () => after('running', 'mia', { type: 'return', task: MIA, to: 'START' }),
  suspended: () => after('running', 'root', { type: 'suspend' }),
  approved: () => instances.running().approve('mia', 'leo', 'fin1', 'fin2', 'fin3'),
  rejected: () => instances.running().reject('mia'),
  withdrawn: () => after('running', 'ada', { type: 'withdraw' }),
  cancelled: () => after('running', 'root', { type: 'cancel', reason: 'typo' }),
  expired: () => after('running', SYSTEM, { type: 'expire' }),
};

function after(status: InstanceStatus, actor: string | typeof SYSTEM, body: CommandBody): ProcessCase {
  const made = instances[status]();
  made.must(actor, body);
  return made;
}

const verbs: Record<string, [string | typeof SYSTEM, CommandBody]> = {
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
  assign: ['root', { type: 'assign', nodeId: 'line', users: ['hanna'] }],
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

/** The status that the instance then has, or the code of the refusal; the table of the README. */
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
  const [head, ...lines] = text.trim().split('\n');
  const words = (line: string): string[] => line.split('|')[1]?.trim().split(/\s+/) ?? [];
  const columns = words(head ?? '');
  return Object.fromEntries(
    lines.map((line) => [
      line.split('|')[0]?.trim() ?? '',
      Object.fromEntries(words(line).map((word, i) => [columns[i], word])) as Record<InstanceStatus, string>,
    ]),
  );
}

function outcome(made: ProcessCase, actor: string | typeof SYSTEM, body: CommandBody): string {
  const decision = made.do(actor, body);
  return decision.kind === 'decided'
    ? decision.state.status
    : decision.kind === 'refused'
      ? decision.refusal.code
      : 'needs';
}

describe('every verb on every state of an instance', () => {
  const cells = Object.keys(verbs).flatMap((verb) => INSTANCE_STATUSES.map((status) => [verb, status] as const));

  it.each(cells)('%s when %s gives what the table says', (verb, status) => {
    const made = instances[status]();
    expect(made.state.status).toBe(status);
    const [actor, body] = verbs[verb] ?? ['', { type: 'resume' }];
    expect(outcome(made, actor, body)).toBe(expected[verb]?.[status]);
  });
});

function delegated(): ProcessCase {
  return after('running', 'mia', { type: 'delegate', task: MIA, to: 'hanna' });
}

/** A case in which the named task has the status, with its assignee. */
const tasks: Record<string, { task: string; assignee: string; make: () => ProcessCase }> = {
  waiting: { task: 'line#1/2', assignee: 'leo', make: instances.running },
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
      const made = instances.returned();
      made.must('ada', { type: 'resubmit' });
      return made;
    },
  },
  delegated: { task: MIA, assignee: 'mia', make: delegated },
  resolved: {
    task: 'line#1/3',
    assignee: 'hanna',
    make: () => {
      const made = delegated();
      made.must('hanna', { type: 'resolve', task: 'line#1/3' });
      return made;
    },
  },
  skipped: {
    task: 'any#1/2',
    assignee: 'leo',
    make: () => ProcessCase.started(anyOfTwo, smallCompany(), 'ada').approve('mia'),
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

describe('every task verb on every state of a task', () => {
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

  it.each(cells)('%s of a task that is %s gives what the table says', (_, status, i) => {
    const { task, assignee, make } = tasks[status] ?? { task: '', assignee: '', make: instances.draft };
    const made = make();
    expect(made.state.tasks.find((other) => other.key === task)?.status).toBe(status);
    expect(made.code(assignee, bodies(task)[i] ?? { type: 'resume' })).toBe(results[status]);
  });

  it.each(cells)('%s of a task that is %s is refused to a stranger before anything is told', (_, status, i) => {
    const { task, make } = tasks[status] ?? { task: '', make: instances.draft };
    expect(make().code('spy', bodies(task)[i] ?? { type: 'resume' })).toBe('not_assignee');
  });

  it('answers the loser of an or-sign with who decided, when and how', () => {
    const made = ProcessCase.started(anyOfTwo, smallCompany(), 'ada').approve('mia');
    const at = made.events.find((event) => event.type === 'task_closed')?.at;
    const decision = made.ask('leo', { type: 'approve', task: 'any#1/2' });
    expect(decision).toMatchObject({
      refusal: { code: 'already_decided', decided: { by: 'mia', at, action: 'approve' } },
    });
  });

  it('answers a double click on the last approval with already_decided, although the instance is over', () => {
    const made = instances.approved();
    expect(made.code('fin3', { type: 'approve', task: 'finance#1/3' })).toBe('already_decided');
  });

  it('calls a task that a colleague returned already_decided, and after a recovery the expired one too', () => {
    const made = instances.running().approve('mia', 'leo');
    made.must('fin1', { type: 'return', task: 'finance#1/1', to: 'line' });
    expect(made.code('fin2', { type: 'approve', task: 'finance#1/2' })).toBe('already_decided');
    const recovered = instances.expired();
    recovered.must('root', { type: 'recover' });
    expect(recovered.code('mia', { type: 'approve', task: MIA })).toBe('already_decided');
    expect(recovered.pending()).toEqual(['mia@line']);
  });
});

describe('who may', () => {
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
  ] as const)('%s when %s is forbidden to %s', (verb, status, actor) => {
    const [, body] = verbs[verb] ?? ['', { type: 'resume' }];
    expect(instances[status]().code(actor, body)).toBe('forbidden');
  });

  it('lets the applicant cancel where the process says so, but not without a reason', () => {
    const made = ProcessCase.started({ ...process, settings: { applicantMayCancel: true } }, smallCompany(), 'ada');
    expect(made.code('ada', { type: 'cancel', reason: ' ' })).toBe('reason_required');
    expect(made.code('ada', { type: 'cancel', reason: 'bought elsewhere' })).toBe('decided');
  });

  it.each([
    ['never', 0, 'forbidden'],
    ['before_first_decision', 0, 'decided'],
    ['before_first_decision', 1, 'invalid_transition'],
    ['any_time', 1, 'decided'],
  ] as const)('with withdraw %s and %d decisions the applicant gets %s', (withdraw, decisions, code) => {
    const made = ProcessCase.started({ ...process, settings: { withdraw } }, smallCompany(), 'ada');
    if (decisions > 0) made.approve('mia');
    expect(made.code('ada', { type: 'withdraw' })).toBe(code);
  });

  it('lets an administrator transfer a task, but not approve it', () => {
    const made = instances.running();
    expect(made.code('root', { type: 'transfer', task: MIA, to: 'hanna' })).toBe('decided');
    expect(made.code('root', { type: 'approve', task: MIA })).toBe('not_assignee');
  });
});
