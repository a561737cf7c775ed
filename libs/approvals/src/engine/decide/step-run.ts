import { planRun, type RunPlan } from '../assignees/plan-run.js';
import type { Assignee } from '../assignees/resolve-assignees.js';
import type { TaskStep } from '../definition/definition.js';
import { tasksOf, type StepRun, type Task, type TaskAction } from '../instance/instance-state.js';
import { closeInstance, returnToStart, suspendInstance } from './change-status.js';
import { outcomeOf } from './step-outcome.js';
import { dueAt, type Transition } from './transition.js';

/** The actor of decisions that the rules make for an assignee. */
const RULES = 'system:rules';

/** Opens the tasks of a step that was entered, or applies the policy that decides it. */
export function openRun(transition: Transition, step: TaskStep, run: StepRun): void {
  const plan = planRun(transition.graph, step, transition.state, transition.directory);
  if (plan === undefined) return;
  if (plan.kind === 'suspended') return suspendInstance(transition, plan.reason, step.id, plan.message);
  const opened = plan.kind === 'tasks' ? plan : { groups: [], required: null, audienceKeys: [] };
  transition.emit({
    type: 'run_opened',
    nodeId: step.id,
    visit: run.visit,
    mode: step.mode,
    groups: opened.groups,
    required: opened.required,
    audienceKeys: opened.audienceKeys,
    policy: plan.kind === 'decided' ? plan.policy : null,
  });
  if (plan.kind === 'decided')
    return finishRun(transition, step, run, plan.policy === 'auto_approve' ? 'approved' : 'rejected', RULES);
  openPlanned(transition, step, run, plan);
  settleRun(transition, step, run, 'approve', RULES);
}

function openPlanned(
  transition: Transition,
  step: TaskStep,
  run: StepRun,
  plan: Extract<RunPlan, { kind: 'tasks' }>,
): void {
  for (const planned of plan.tasks) {
    const origin = planned.fallback ? 'escalation' : planned.onBehalfOf === null ? 'initial' : 'substitute';
    const key = openTask(transition, step, run, planned, { group: planned.group, origin });
    if (planned.decided !== null) {
      transition.emit({
        type: 'task_closed',
        key,
        status: 'approved',
        action: 'approve',
        comment: null,
        policy: planned.decided,
        by: RULES,
      });
    }
  }
}

/**
 * Opens one task. At a sequential step it waits while another task of the step is open.
 *
 * @returns the key of the task
 */
export function openTask(
  transition: Transition,
  step: TaskStep,
  run: StepRun,
  assignee: Assignee,
  task: Pick<Task, 'group' | 'origin'> & Partial<Pick<Task, 'parentKey' | 'dueAt'>>,
): string {
  const siblings = tasksOf(transition.state, run);
  const seq = siblings.length + 1;
  const key = `${run.nodeId}#${run.visit}/${seq}`;
  const waits = step.mode === 'sequential' && siblings.some(isActive);
  transition.emit({
    type: 'task_opened',
    task: {
      key,
      nodeId: run.nodeId,
      visit: run.visit,
      seq,
      group: task.group,
      assigneeId: assignee.person.id,
      assigneeName: assignee.person.name,
      onBehalfOf: assignee.onBehalfOf,
      origin: task.origin,
      parentKey: task.parentKey ?? null,
      status: waits ? 'waiting' : 'pending',
      openedAt: transition.now,
      dueAt: waits ? null : task.dueAt === undefined ? dueAt(transition.now, step.dueHours) : task.dueAt,
      action: null,
      by: null,
      at: null,
      comment: null,
    },
  });
  return key;
}

/** Evaluates a step after one of its tasks ended: closes the step early, or activates the next task of a sequence. */
export function settleRun(
  transition: Transition,
  step: TaskStep,
  { nodeId, visit }: StepRun,
  action: TaskAction,
  by = transition.by,
): void {
  const run = transition.state.runs.find((other) => other.nodeId === nodeId && other.visit === visit);
  if (run === undefined || run.status !== 'active') return;
  const tasks = tasksOf(transition.state, run);
  const { result, settledGroups } = outcomeOf(run, tasks, step.type === 'approve' && step.onReject === 'collect');
  if (result !== 'open') {
    transition.closeOpenTasks(run, 'skipped', action, { by });
    return finishRun(transition, step, run, result, by);
  }
  for (const group of settledGroups) transition.closeOpenTasks(run, 'skipped', action, { group, by });
  const next = tasks.find((task) => task.status === 'waiting');
  if (next !== undefined && !tasks.some(isActive)) {
    transition.emit({ type: 'task_activated', key: next.key, dueAt: dueAt(transition.now, step.dueHours) });
  }
}

function isActive(task: Task): boolean {
  return task.status === 'pending' || task.status === 'delegated';
}

function finishRun(
  transition: Transition,
  step: TaskStep,
  run: StepRun,
  result: 'approved' | 'rejected',
  by: string,
): void {
  transition.emit({ type: 'run_closed', nodeId: run.nodeId, visit: run.visit, status: result, by });
  if (result === 'approved') return leaveStep(transition, run.nodeId);
  const mayReturn = transition.state.round < transition.graph.definition.settings.maxRounds;
  if (step.type === 'approve' && step.onReject === 'return' && mayReturn) returnToStart(transition, 'restart', null);
  else closeInstance(transition, 'rejected', 'reject', null);
}

/** Moves the token of a finished step along its edge, or to the step that had returned the instance with `jump_back`. */
function leaveStep(transition: Transition, nodeId: string): void {
  const jump = transition.state.jumps.find((other) => other.from === nodeId);
  const edges = transition.graph.outgoing.get(nodeId) ?? [];
  const to = jump === undefined ? edges.map((edge) => edge.to) : [jump.to];
  transition.emit({ type: 'step_left', nodeId, to, jump: jump !== undefined });
}
