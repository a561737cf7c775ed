import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { graphOf, MemoryInstance, sampleDirectory } from '../../testing/index.js';
import { randomProcess, type Pick } from '../../testing/random-process.js';
import { isClosed, isOpen, type InstanceState } from '../instance/instance-state.js';
import { EMPTY_DIRECTORY } from '../directory/directory.js';
import type { CommandBody } from '../instance/command.js';
import { replay } from '../instance/evolve.js';
import type { InstanceEvent } from '../instance/instance-event.js';
import { simulate } from './simulate.js';

const RUNS = process.env['HERALD_TEST_PROFILE'] === 'full' ? 3_000 : 80;
const PEOPLE = ['ada', 'ben', 'mia', 'leo', 'zoe', 'fin1', 'fin2', 'fin3', 'hanna', 'root', 'gone', 'spy', 'ghost'];
const SYSTEM = { id: 'system:timer', kind: 'system', manages: false } as const;

/** Choices from a list of numbers, so that fast-check can replay and shrink them; 0 after the end of the list. */
function choices(numbers: readonly number[]): Pick {
  let next = 0;
  return (n) => (numbers[next++] ?? 0) % n;
}

function randomInstance(numbers: readonly number[]): { instance: MemoryInstance; pick: Pick } {
  const pick = choices(numbers);
  const definition = randomProcess(pick);
  const form = { x: pick(30), who: PEOPLE[pick(PEOPLE.length)] };
  return { instance: new MemoryInstance(graphOf(definition), sampleDirectory(), PEOPLE[pick(3)] ?? 'ada', form), pick };
}

// Long, and without fast-check's bias to small values: short or small inputs only make the smallest processes.
const numbers = fc.noBias(fc.array(fc.nat(1_000_000), { minLength: 350, maxLength: 350, size: 'max' }));

/** A random command; usually one that the state allows. */
function randomCommand(instance: MemoryInstance, pick: Pick): [string | typeof SYSTEM, CommandBody] {
  const { state } = instance;
  const person = PEOPLE[pick(PEOPLE.length)] ?? 'ada';
  if (state.status === 'draft') return [instance.applicantId, { type: 'start' }];
  if (state.status === 'returned' && pick(4) > 0) return [instance.applicantId, { type: 'resubmit' }];
  if (state.status === 'expired' && pick(2) > 0) return ['root', { type: 'recover' }];
  const steps = state.runs.filter((run) => run.status === 'active').map((run) => run.nodeId);
  const step = steps[pick(Math.max(1, steps.length))] ?? 'n0';
  if (state.status === 'suspended' && pick(3) > 0) {
    return [
      'root',
      pick(3) === 0 ? { type: 'resume' } : { type: 'assign', nodeId: step, users: [person, 'hanna', 'zoe'] },
    ];
  }
  const open = state.tasks.filter((task) => task.status === 'pending' || task.status === 'delegated');
  const among = pick(8) === 0 || open.length === 0 ? state.tasks : open;
  const task = among[pick(Math.max(1, among.length))];
  const key = task?.key ?? 'n0#1/1';
  const actor = pick(12) === 0 ? person : (task?.assigneeId ?? person);
  const isDelegation = task?.status === 'delegated' || task?.origin === 'delegate';
  if (isDelegation && pick(3) > 0) return [actor, { type: 'resolve', task: key }];
  if (!isDelegation && pick(10) === 0) return [actor, { type: 'delegate', task: key, to: person }];
  const visited = [...state.runs.map((run) => run.nodeId), 'START', 'end'];
  switch (pick(24)) {
    case 0:
      return [actor, { type: 'reject', task: key }];
    case 2:
      return [actor, { type: 'transfer', task: key, to: person }];
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
      return ['root', { type: 'assign', nodeId: step, users: [person] }];
    case 10:
      return pick(4) === 0 ? [instance.applicantId, { type: 'withdraw' }] : ['root', { type: 'comment', text: 'hm' }];
    case 11:
      return pick(4) === 0 ? ['root', { type: 'cancel', reason: 'test' }] : ['root', { type: 'cc', users: [person] }];
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

function expectConsistent(
  instance: MemoryInstance,
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
  // Each open task belongs to an active step, and each active step has one run and one token.
  const activeSteps = state.tokens.filter((token) => token.phase === 'active').map((token) => token.nodeId);
  expect(active.map((run) => run.nodeId).toSorted()).toEqual(activeSteps.toSorted());
  expect(new Set(activeSteps).size).toBe(activeSteps.length);
  for (const task of open) {
    expect(active.some((run) => run.nodeId === task.nodeId && run.visit === task.visit)).toBe(true);
    const step = instance.graph.steps.get(task.nodeId);
    if (step?.type === 'approve' && step.selfApproval !== 'allow')
      expect(task.assigneeId).not.toBe(instance.applicantId);
  }
  for (const run of active) {
    const tasks = open.filter((task) => task.nodeId === run.nodeId && task.visit === run.visit);
    const pending = tasks.filter((task) => task.status === 'pending').length;
    if (run.mode === 'sequential') expect(pending).toBeLessThanOrEqual(1);
    if (run.opened) expect(pending).toBeGreaterThan(0);
    expect(new Set(tasks.map((task) => `${task.group} ${task.assigneeId}`)).size).toBe(tasks.length);
  }
  // Each delegated task has exactly one open task of a delegate, and no other task has one.
  const delegated = open.filter((task) => task.origin === 'delegate').map((task) => task.parentKey ?? '');
  expect(delegated.toSorted()).toEqual(
    open
      .filter((task) => task.status === 'delegated')
      .map((task) => task.key)
      .toSorted(),
  );
  // A closed task never changes, and no task disappears.
  for (const [i, task] of before.tasks.entries()) {
    if (!isOpen(task)) expect(state.tasks[i]).toBe(task);
    else expect(state.tasks[i]?.key).toBe(task.key);
  }
  expect(new Set(state.tasks.map((task) => task.key)).size).toBe(state.tasks.length);
  expect(state.round).toBeLessThanOrEqual(instance.graph.definition.settings.maxRounds);
  // No step is left more often than it was entered: no double advance.
  const moves = new Map<string, number>();
  for (const event of history) {
    if (event.type !== 'step_entered' && event.type !== 'step_left') continue;
    const inside = (moves.get(event.nodeId) ?? 0) + (event.type === 'step_entered' ? 1 : -1);
    moves.set(event.nodeId, inside);
    expect(inside).toBeGreaterThanOrEqual(0);
  }
}

describe('Random commands on random processes', () => {
  it('never stick, never advance twice, never change a closed task, and give the state of their events', () => {
    fc.assert(
      fc.property(numbers, (input) => {
        const { instance, pick } = randomInstance(input);
        const draft = instance.state;
        let commandsAfterEnd = 0;
        for (let step = 0; step < 60 && commandsAfterEnd < 4; step += 1) {
          if (isClosed(instance.state.status) && instance.state.status !== 'expired') commandsAfterEnd += 1;
          const before = deepFreeze(instance.state);
          const [actor, body] = randomCommand(instance, pick);
          const decision = instance.execute(actor, body);
          if (decision.kind !== 'decided') {
            expect(instance.state).toBe(before);
            continue;
          }
          expect(replay(before, decision.events)).toEqual(decision.state);
          expect(decision.state.revision).toBe(before.revision + decision.events.length);
          expectConsistent(instance, before, decision.state, instance.events);
        }
        expect(replay(draft, instance.events)).toEqual(instance.state);
        expect(JSON.parse(JSON.stringify(instance.state))).toEqual(instance.state);
      }),
      { numRuns: RUNS },
    );
  }, 180_000);

  it('end or suspend the instance when all assignees approve', () => {
    fc.assert(
      fc.property(numbers, (input) => {
        const { instance, pick } = randomInstance(input);
        for (let step = 0; step < 12; step += 1) instance.execute(...randomCommand(instance, pick));
        if (instance.state.status === 'returned') instance.execute(instance.applicantId, { type: 'resubmit' });
        for (let step = 0; step < 3_000 && instance.state.status === 'running'; step += 1) {
          const open = instance.state.tasks.filter((task) => task.status === 'pending');
          const task = open[pick(open.length)];
          const type = task?.origin === 'delegate' ? 'resolve' : 'approve';
          instance.must(task?.assigneeId ?? '', { type, task: task?.key ?? '' });
        }
        expect(instance.state.status).not.toBe('running');
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    );
  });
});

describe('Simulation', () => {
  it('takes the same steps as the instance, for 200 random forms', () => {
    let compared = 0;
    fc.assert(
      fc.property(numbers, (input) => {
        const { instance, pick } = randomInstance(input);
        let directory = EMPTY_DIRECTORY;
        const { instanceId, tenantId, applicantId, title, form } = instance.state;
        const dryRun = { instanceId, tenantId, applicantId, title, form };
        const now = '2026-01-05T08:00:00.000Z';
        let plan = simulate(instance.graph, dryRun, { now, directory });
        while (plan.kind === 'needs') {
          directory = instance.directory.answer(directory, plan.questions);
          plan = simulate(instance.graph, dryRun, { now, directory });
        }
        if (plan.kind !== 'path') throw new Error(plan.refusal.message);
        instance.must(applicantId, { type: 'start' });
        // The people decide in random order; in the simulation they decided in order.
        for (let step = 0; step < 3_000 && instance.state.status === 'running'; step += 1) {
          const open = instance.state.tasks.filter((task) => task.status === 'pending');
          const task = open[pick(open.length)];
          instance.must(task?.assigneeId ?? '', { type: 'approve', task: task?.key ?? '' });
        }
        const entered = instance.events.flatMap((event) => (event.type === 'step_entered' ? [event.nodeId] : []));
        expect(plan.status).toBe(instance.state.status);
        if (plan.status === 'approved') {
          compared += 1;
          expect(plan.steps.map((step) => step.nodeId).toSorted()).toEqual(entered.toSorted());
          expect(new Set(plan.edges.map((edge) => `${edge.from} ${edge.to}`))).toEqual(
            new Set(instance.state.way.map((edge) => `${edge.from} ${edge.to}`)),
          );
        }
      }),
      { numRuns: 200 },
    );
    expect(compared).toBeGreaterThan(80);
  });
});
