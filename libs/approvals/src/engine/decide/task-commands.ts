import { MAX_ASSIGNEES, requiredApprovals } from '../assignees/plan-run.js';
import type { Person } from '../directory/directory.js';
import { isTaskStep, leadsTo } from '../graph/graph.js';
import type { CommandOf } from '../instance/command.js';
import { activeRun, isOpen, tasksOf } from '../instance/instance-state.js';
import { refuse, type EngineRefusal } from '../instance/refusal.js';
import { advance } from './advance.js';
import { changeStatus, returnToStart } from './change-status.js';
import { continueInstance } from './continue-instance.js';
import { checkForm, checkPicks, invalidNow, isRefusal, newAssignee, openTaskFor } from './guards.js';
import { openTask, settleRun } from './step-run.js';
import type { Transition } from './transition.js';

/** The assignee approves, or finishes the work of a handle step. */
export function approve(transition: Transition, command: CommandOf<'approve'>): EngineRefusal | undefined {
  const open = openTaskFor(transition, command.task, command.actor);
  if (isRefusal(open)) return open;
  const { step, task } = open;
  const patch = Object.entries(command.formPatch ?? {});
  const locked = patch.find(([field]) => step.editableFields?.includes(field) !== true);
  if (locked !== undefined) {
    const editable = step.editableFields?.join(', ') || 'none';
    return refuse('field_locked', `${step.id} cannot change ${locked[0]}; its editable fields: ${editable}.`);
  }
  if (patch.length > 0) {
    const form = { ...transition.state.form, ...command.formPatch };
    const refusal = checkForm(transition.graph, form);
    if (refusal !== undefined) return refusal;
    transition.emit({ type: 'form_changed', form, taskKey: task.key });
  }
  if (command.picks !== undefined && command.picks.length > 0) {
    const refusal = checkPicks(transition, command.picks, 'prev_approver_pick', step.id);
    if (refusal !== undefined) return refusal;
    transition.emit({ type: 'picks_made', picks: command.picks, taskKey: task.key });
  }
  closeTask(transition, task.key, 'approved', 'approve', command.comment);
  settleRun(transition, step, open.run, 'approve');
  advance(transition);
  return undefined;
}

/** The assignee rejects; `onReject` of the step decides what happens to the instance. */
export function reject(transition: Transition, command: CommandOf<'reject'>): EngineRefusal | undefined {
  const open = openTaskFor(transition, command.task, command.actor);
  if (isRefusal(open)) return open;
  const { step, task } = open;
  if (step.type === 'handle') {
    return refuse('invalid_transition', `${step.id} is a handle step and cannot be rejected. Finish or return it.`);
  }
  closeTask(transition, task.key, 'rejected', 'reject', command.comment);
  settleRun(transition, step, open.run, 'reject');
  advance(transition);
  return undefined;
}

/** The assignee (or an administrator) transfers the task: it ends, and the other person gets a new one. */
export function transfer(transition: Transition, command: CommandOf<'transfer'>): EngineRefusal | undefined {
  const open = openTaskFor(transition, command.task, command.actor, { managersToo: true });
  if (isRefusal(open)) return open;
  const { task, step, run } = open;
  if (command.to === task.assigneeId) return refuse('invalid_assignee', `${command.to} has this task already.`);
  const person = newAssignee(transition, open, task.group, command.to);
  if (person === undefined || isRefusal(person)) return person;
  closeTask(transition, task.key, 'transferred', 'transfer', command.comment);
  const transferred = { group: task.group, origin: 'transfer', parentKey: task.key, dueAt: task.dueAt } as const;
  openTask(transition, step, run, { person, onBehalfOf: null }, transferred);
  return undefined;
}

/** The assignee delegates: the delegate prepares the decision and resolves it, and the assignee decides. */
export function delegate(transition: Transition, command: CommandOf<'delegate'>): EngineRefusal | undefined {
  const open = openTaskFor(transition, command.task, command.actor);
  if (isRefusal(open)) return open;
  const { task, step, run } = open;
  const person = newAssignee(transition, open, task.group, command.to);
  if (person === undefined || isRefusal(person)) return person;
  transition.emit({ type: 'task_delegated', key: task.key, comment: command.comment ?? null });
  const delegated = { group: task.group, origin: 'delegate', parentKey: task.key, dueAt: task.dueAt } as const;
  // Not sequential: the delegate's task is active at once, although the owner's task is open.
  openTask(transition, { ...step, mode: 'all' }, run, { person, onBehalfOf: null }, delegated);
  return undefined;
}

/** The delegate is done, or the owner or an administrator ends the delegation; then the owner decides. */
export function resolve(transition: Transition, command: CommandOf<'resolve'>): EngineRefusal | undefined {
  const open = openTaskFor(transition, command.task, command.actor, { managersToo: true, delegation: true });
  if (isRefusal(open)) return open;
  const { task } = open;
  const delegated =
    task.status === 'delegated'
      ? transition.state.tasks.find(
          (other) => other.origin === 'delegate' && other.parentKey === task.key && isOpen(other),
        )
      : task;
  if (delegated === undefined || delegated.origin !== 'delegate' || delegated.parentKey === null) {
    return refuse('invalid_transition', `Task ${command.task} is not delegated.`);
  }
  closeTask(transition, delegated.key, 'resolved', 'resolve', command.comment);
  transition.emit({ type: 'task_handed_back', key: delegated.parentKey });
  return undefined;
}

/** The assignee returns the instance to the applicant, or to an approved step before this one. */
export function returnInstance(transition: Transition, command: CommandOf<'return'>): EngineRefusal | undefined {
  const open = openTaskFor(transition, command.task, command.actor);
  if (isRefusal(open)) return open;
  const { task, run } = open;
  const { graph, state } = transition;
  const { maxRounds } = graph.definition.settings;
  const resume = command.resume ?? 'restart';
  const toStart = command.to === 'START' || command.to === graph.startId;
  if (!toStart) {
    const isApproved = state.runs.some(
      (other) => other.nodeId === command.to && other.status === 'approved' && !other.voided,
    );
    if (!isTaskStep(graph.steps.get(command.to)) || !isApproved || !leadsTo(graph, command.to, task.nodeId)) {
      return refuse('invalid_return', `${command.to} is neither START nor an approved step before ${task.nodeId}.`);
    }
  }
  if (state.round >= maxRounds) {
    return refuse(
      'max_rounds',
      `This is round ${state.round} of ${maxRounds}. Decide the task, or ask for a new request.`,
    );
  }
  closeTask(transition, task.key, 'returned', 'return', command.comment);
  if (toStart) {
    returnToStart(transition, resume, command.comment ?? null, run);
    return undefined;
  }
  transition.closeOpenTasks(run, 'cancelled', 'return');
  transition.emit({ type: 'run_closed', nodeId: run.nodeId, visit: run.visit, status: 'returned' });
  const undone = resume === 'restart' ? [command.to, ...(graph.after.get(command.to) ?? [])] : [task.nodeId];
  transition.closeActiveRuns('cancelled', 'return', new Set(undone));
  transition.emit({ type: 'rolled_back', from: task.nodeId, to: command.to, undone, resume });
  advance(transition);
  return undefined;
}

/** An administrator adds people to an active step. A step that had no people starts with them. */
export function assign(transition: Transition, command: CommandOf<'assign'>): EngineRefusal | undefined {
  if (!command.actor.manages) return refuse('forbidden', 'Only holders of approval:manage may assign people.');
  const { state, graph } = transition;
  if (state.status !== 'running' && state.status !== 'suspended') return invalidNow(state);
  const step = graph.steps.get(command.nodeId);
  const run = activeRun(state, command.nodeId);
  if (!isTaskStep(step) || run === undefined) {
    return refuse('invalid_transition', `Step ${command.nodeId} is not active.`);
  }
  const users = [...new Set(command.users)];
  const free = MAX_ASSIGNEES - tasksOf(state, run).length;
  if (users.length === 0 || users.length > free) {
    return refuse(
      'invalid_assignee',
      `${users.length} people were named; ${step.id} can get between 1 and ${free} more people.`,
    );
  }
  const group = run.opened ? (run.groups[0] ?? '') : '';
  const checked = users.map((userId) => newAssignee(transition, { step, run }, group, userId));
  const refusal = checked.find((found) => found !== undefined && isRefusal(found));
  if (refusal !== undefined) return refusal as EngineRefusal;
  const added = checked.filter((found): found is Person => found !== undefined);
  if (added.length < users.length) return undefined;
  if (!run.opened) {
    const required = requiredApprovals(step, added.length);
    if (required !== null && required > added.length) {
      return refuse('invalid_assignee', `${step.id} needs ${required} approvals. Name at least as many people.`);
    }
    transition.emit({
      type: 'run_opened',
      nodeId: step.id,
      visit: run.visit,
      mode: step.mode,
      groups: [''],
      required,
      audienceKeys: [],
      policy: null,
    });
  }
  for (const person of added) {
    openTask(transition, step, run, { person, onBehalfOf: null }, { group, origin: 'assign' });
  }
  if (state.status === 'suspended' && state.suspension?.nodeId === step.id) {
    changeStatus(transition, 'running', 'assign', null);
    continueInstance(transition);
  }
  return undefined;
}

function closeTask(
  transition: Transition,
  key: string,
  status: 'approved' | 'rejected' | 'transferred' | 'returned' | 'resolved',
  action: 'approve' | 'reject' | 'transfer' | 'return' | 'resolve',
  comment: string | undefined,
): void {
  transition.emit({ type: 'task_closed', key, status, action, comment: comment ?? null, policy: null });
}
