import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { graphOf, ProcessCase, smallCompany, type CommandBody } from '../../testing/index.js';
import { randomProcess, type Pick } from '../../testing/random-process.js';
import { isOpen } from '../instance/instance-state.js';
import { isClosed, replay, simulate, EMPTY_DIRECTORY, type InstanceEvent, type InstanceState } from '../index.js';

const RUNS = process.env['HERALD_TEST_PROFILE'] === 'full' ? 3_000 : 200;
const PEOPLE = ['ada', 'ben', 'mia', 'leo', 'zoe', 'fin1', 'fin2', 'fin3', 'hanna', 'root', 'gone', 'spy', 'nobody'];
const SYSTEM = { id: 'system:timer', kind: 'system', manages: false } as const;

/** Choices that fast-check can replay and shrink: a list of numbers, 0 when it is used up. */
function choices(numbers: readonly number[]): Pick {
  let next = 0;
  return (n) => (numbers[next++] ?? 0) % n;
}

function caseOf(numbers: readonly number[]): { made: ProcessCase; pick: Pick } {
  const pick = choices(numbers);
  const definition = randomProcess(pick);
  const form = { x: pick(30), who: PEOPLE[pick(PEOPLE.length)] };
  return { made: new ProcessCase(graphOf(definition), smallCompany(), PEOPLE[pick(3)] ?? 'ada', form), pick };
}

// Long and without fast-check's preference for small values: short or small inputs make only the smallest processes.
const numbers = fc.noBias(fc.array(fc.nat(1_000_000), { minLength: 350, maxLength: 350, size: 'max' }));

/** Something that somebody might do now; sensible more often than not. */
function randomCommand(made: ProcessCase, pick: Pick): [string | typeof SYSTEM, CommandBody] {
  const { state } = made;
  const anyone = PEOPLE[pick(PEOPLE.length)] ?? 'ada';
  if (state.status === 'draft') return [made.applicantId, { type: 'start' }];
  if (state.status === 'returned' && pick(4) > 0) return [made.applicantId, { type: 'resubmit' }];
  if (state.status === 'expired' && pick(2) > 0) return ['root', { type: 'recover' }];
  const nodes = state.runs.filter((run) => run.status === 'active').map((run) => run.nodeId);
  const node = nodes[pick(Math.max(1, nodes.length))] ?? 'n0';
  if (state.status === 'suspended' && pick(3) > 0) {
    return [
      'root',
      pick(3) === 0 ? { type: 'resume' } : { type: 'assign', nodeId: node, users: [anyone, 'hanna', 'zoe'] },
    ];
  }
  const open = state.tasks.filter((task) => task.status === 'pending' || task.status === 'delegated');
  const among = pick(8) === 0 || open.length === 0 ? state.tasks : open;
  const task = among[pick(Math.max(1, among.length))];
  const key = task?.key ?? 'n0#1/1';
  const actor = pick(12) === 0 ? anyone : (task?.assigneeId ?? anyone);
  const isDelegation = task?.status === 'delegated' || task?.origin === 'delegate';
  if (isDelegation && pick(3) > 0) return [actor, { type: 'resolve', task: key }];
  if (!isDelegation && pick(10) === 0) return [actor, { type: 'delegate', task: key, to: anyone }];
  const visited = [...state.runs.map((run) => run.nodeId), 'START', 'end'];
  switch (pick(24)) {
    case 0:
      return [actor, { type: 'reject', task: key }];
    case 2:
      return [actor, { type: 'transfer', task: key, to: anyone }];
    case 4:
      return [actor, { type: 'return', task: key, to: 'START', resume: pick(2) === 0 ? 'restart' : 'jump_back' }];
    case 1:
    case 3:
    case 5:
    case 6:
      return [
        actor,
        {
          type: 'return',
          task: key,
          to: visited[pick(visited.length)] ?? 'START',
          resume: pick(2) === 0 ? 'restart' : 'jump_back',
        },
      ];
    case 7:
      return ['root', { type: 'suspend' }];
    case 8:
      return [SYSTEM, { type: 'expire' }];
    case 9:
      return ['root', { type: 'assign', nodeId: node, users: [anyone] }];
    case 10:
      return pick(4) === 0 ? [made.applicantId, { type: 'withdraw' }] : ['root', { type: 'comment', text: 'hm' }];
    case 11:
      return pick(4) === 0 ? ['root', { type: 'cancel', reason: 'test' }] : ['root', { type: 'cc', users: [anyone] }];
    default:
      return [actor, { type: 'approve', task: key }];
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

function expectSound(
  made: ProcessCase,
  before: InstanceState,
  state: InstanceState,
  history: readonly InstanceEvent[],
): void {
  const open = state.tasks.filter(isOpen);
  const active = state.runs.filter((run) => run.status === 'active');
  if (state.status === 'running') expect(open.some((task) => task.status === 'pending')).toBe(true);
  expect(state.suspension !== null).toBe(state.status === 'suspended');
  if (state.status !== 'running' && state.status !== 'suspended') {
    expect([open, active, state.tokens]).toEqual([[], [], []]);
  }
  // Each open task belongs to a node that is being worked on, and each such node has one run and one token.
  const places = state.tokens.filter((token) => token.phase === 'active').map((token) => token.nodeId);
  expect(active.map((run) => run.nodeId).toSorted()).toEqual(places.toSorted());
  expect(new Set(places).size).toBe(places.length);
  for (const task of open) {
    expect(active.some((run) => run.nodeId === task.nodeId && run.visit === task.visit)).toBe(true);
    const node = made.graph.nodes.get(task.nodeId);
    if (node?.type === 'approve' && node.selfApproval !== 'allow') expect(task.assigneeId).not.toBe(made.applicantId);
  }
  for (const run of active) {
    const mine = open.filter((task) => task.nodeId === run.nodeId && task.visit === run.visit);
    const pending = mine.filter((task) => task.status === 'pending').length;
    if (run.mode === 'sequential') expect(pending).toBeLessThanOrEqual(1);
    if (run.opened) expect(pending).toBeGreaterThan(0);
    expect(new Set(mine.map((task) => `${task.group} ${task.assigneeId}`)).size).toBe(mine.length);
  }
  // Each delegated task has exactly one that prepares it, and none is prepared that is not delegated.
  const prepared = open.filter((task) => task.origin === 'delegate').map((task) => task.parentKey ?? '');
  expect(prepared.toSorted()).toEqual(
    open
      .filter((task) => task.status === 'delegated')
      .map((task) => task.key)
      .toSorted(),
  );
  // What has ended never changes, and nothing disappears.
  for (const [i, task] of before.tasks.entries()) {
    if (!isOpen(task)) expect(state.tasks[i]).toBe(task);
    else expect(state.tasks[i]?.key).toBe(task.key);
  }
  expect(new Set(state.tasks.map((task) => task.key)).size).toBe(state.tasks.length);
  expect(state.round).toBeLessThanOrEqual(made.graph.definition.settings.maxRounds);
  // No node is left more often than it was entered: no double advance.
  const moves = new Map<string, number>();
  for (const event of history) {
    if (event.type !== 'node_entered' && event.type !== 'node_left') continue;
    const inside = (moves.get(event.nodeId) ?? 0) + (event.type === 'node_entered' ? 1 : -1);
    moves.set(event.nodeId, inside);
    expect(inside).toBeGreaterThanOrEqual(0);
  }
}

describe('any process under any commands', () => {
  it('never sticks, never advances twice, keeps what has ended, and is what its events say', () => {
    fc.assert(
      fc.property(numbers, (input) => {
        const { made, pick } = caseOf(input);
        const draft = made.state;
        let afterTheEnd = 0;
        for (let step = 0; step < 60 && afterTheEnd < 4; step += 1) {
          if (isClosed(made.state.status) && made.state.status !== 'expired') afterTheEnd += 1;
          const before = deepFreeze(made.state);
          const [actor, body] = randomCommand(made, pick);
          const decision = made.do(actor, body);
          if (decision.kind !== 'decided') {
            expect(made.state).toBe(before);
            continue;
          }
          expect(replay(before, decision.events)).toEqual(decision.state);
          expect(decision.state.revision).toBe(before.revision + decision.events.length);
          expectSound(made, before, decision.state, made.events);
        }
        expect(replay(draft, made.events)).toEqual(made.state);
        expect(JSON.parse(JSON.stringify(made.state))).toEqual(made.state);
      }),
      { numRuns: RUNS },
    );
  }, 180_000);

  it('comes to an end (or stops visibly) when everybody approves', () => {
    fc.assert(
      fc.property(numbers, (input) => {
        const { made, pick } = caseOf(input);
        for (let step = 0; step < 12; step += 1) made.do(...randomCommand(made, pick));
        if (made.state.status === 'returned') made.do(made.applicantId, { type: 'resubmit' });
        for (let step = 0; step < 3_000 && made.state.status === 'running'; step += 1) {
          const open = made.state.tasks.filter((task) => task.status === 'pending');
          const task = open[pick(open.length)];
          const type = task?.origin === 'delegate' ? 'resolve' : 'approve';
          made.must(task?.assigneeId ?? '', { type, task: task?.key ?? '' });
        }
        expect(made.state.status).not.toBe('running');
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });
});

describe('simulation', () => {
  it('goes the way that the instance then goes, for 200 random forms', () => {
    let compared = 0;
    fc.assert(
      fc.property(numbers, (input) => {
        const { made, pick } = caseOf(input);
        let directory = EMPTY_DIRECTORY;
        const { instanceId, tenantId, applicantId, title, form } = made.state;
        const dryRun = { instanceId, tenantId, applicantId, title, form };
        const now = '2026-01-05T08:00:00.000Z';
        let plan = simulate(made.graph, dryRun, { now, directory });
        while (plan.kind === 'needs') {
          directory = made.company.answer(directory, plan.questions);
          plan = simulate(made.graph, dryRun, { now, directory });
        }
        if (plan.kind !== 'path') throw new Error(plan.refusal.message);
        made.must(applicantId, { type: 'start' });
        // The people decide in any order; the simulation had them decide one after the other.
        for (let step = 0; step < 3_000 && made.state.status === 'running'; step += 1) {
          const open = made.state.tasks.filter((task) => task.status === 'pending');
          const task = open[pick(open.length)];
          made.must(task?.assigneeId ?? '', { type: 'approve', task: task?.key ?? '' });
        }
        const entered = made.events.flatMap((event) => (event.type === 'node_entered' ? [event.nodeId] : []));
        expect(plan.status).toBe(made.state.status);
        if (plan.status === 'approved') {
          compared += 1;
          expect(plan.steps.map((step) => step.nodeId).toSorted()).toEqual(entered.toSorted());
          expect(new Set(plan.edges.map((edge) => `${edge.from} ${edge.to}`))).toEqual(
            new Set(made.state.way.map((edge) => `${edge.from} ${edge.to}`)),
          );
        }
      }),
      { numRuns: 200 },
    );
    expect(compared).toBeGreaterThan(80);
  });
});
