import { advance } from './advance.js';
import { changeStatus, returnToStart } from './change-status.js';
import type { Command } from '../instance/command.js';
import { isWork, leadsTo } from '../graph/graph.js';
import { checkForm, checkPicks, isRefusal, newAssignee, notNow, openTaskFor } from './guards.js';
import { MAX_ASSIGNEES, quorumOf } from '../assignees/plan-run.js';
import type { Person } from '../directory/directory.js';
import { refuse, type Refusal } from '../instance/refusal.js';
import { openRun, openTask, settleRun } from './step-run.js';
import { activeRun, isOpen, tasksOf } from '../instance/instance-state.js';
import type { Work } from './transition.js';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** The assignee agrees, or finishes what a handle node asks for. */
export function approve(work: Work, command: CommandOf<'approve'>): Refusal | undefined {
  const open = openTaskFor(work, command.task, command.actor);
  if (isRefusal(open)) return open;
  const { node, task } = open;
  const patch = Object.entries(command.formPatch ?? {});
  const locked = patch.find(([field]) => node.editableFields?.includes(field) !== true);
  if (locked !== undefined) {
    return refuse(
      'field_locked',
      `${node.id} may not change ${locked[0]}; editableFields: ${node.editableFields?.join(', ') || 'none'}.`,
    );
  }
  if (patch.length > 0) {
    const form = { ...work.state.form, ...command.formPatch };
    const refusal = checkForm(work.graph, form);
    if (refusal !== undefined) return refusal;
    work.emit({ type: 'form_changed', form, taskKey: task.key });
  }
  if (command.picks !== undefined && command.picks.length > 0) {
    const refusal = checkPicks(work, command.picks, 'prev_approver_pick', node.id);
    if (refusal !== undefined) return refusal;
    work.emit({ type: 'picks_made', picks: command.picks, taskKey: task.key });
  }
  closeTask(work, task.key, 'approved', 'approve', command.comment);
  settleRun(work, node, open.run, 'approve');
  advance(work);
  return undefined;
}

/** The assignee refuses; what that means for the instance is the node's `onReject`. */
export function reject(work: Work, command: CommandOf<'reject'>): Refusal | undefined {
  const open = openTaskFor(work, command.task, command.actor);
  if (isRefusal(open)) return open;
  if (open.node.type === 'handle') {
    return refuse('invalid_transition', `${open.node.id} is a handle node: it is finished or returned, not rejected.`);
  }
  closeTask(work, open.task.key, 'rejected', 'reject', command.comment);
  settleRun(work, open.node, open.run, 'reject');
  advance(work);
  return undefined;
}

/** The assignee (or an administrator) gives the task to somebody else, who gets a new one. */
export function transfer(work: Work, command: CommandOf<'transfer'>): Refusal | undefined {
  const open = openTaskFor(work, command.task, command.actor, { managersToo: true });
  if (isRefusal(open)) return open;
  const { task, node, run } = open;
  if (command.to === task.assigneeId) return refuse('invalid_assignee', `${command.to} has this task already.`);
  const target = newAssignee(work, open, task.group, command.to);
  if (target === undefined || isRefusal(target)) return target;
  closeTask(work, task.key, 'transferred', 'transfer', command.comment);
  openTask(
    work,
    node,
    run,
    { person: target, onBehalfOf: null },
    {
      group: task.group,
      origin: 'transfer',
      parentKey: task.key,
      dueAt: task.dueAt,
    },
  );
  return undefined;
}

/** The assignee lets somebody else prepare the decision; what they find comes back with `resolve`, and the owner decides. */
export function delegate(work: Work, command: CommandOf<'delegate'>): Refusal | undefined {
  const open = openTaskFor(work, command.task, command.actor);
  if (isRefusal(open)) return open;
  const { task, node, run } = open;
  const target = newAssignee(work, open, task.group, command.to);
  if (target === undefined || isRefusal(target)) return target;
  work.emit({ type: 'task_delegated', key: task.key, comment: command.comment ?? null });
  openTask(
    work,
    { ...node, mode: 'all' },
    run,
    { person: target, onBehalfOf: null },
    { group: task.group, origin: 'delegate', parentKey: task.key, dueAt: task.dueAt },
  );
  return undefined;
}

/** The delegate (or the owner, or an administrator, who need not wait any longer) gives the task back to its owner. */
export function resolve(work: Work, command: CommandOf<'resolve'>): Refusal | undefined {
  const open = openTaskFor(work, command.task, command.actor, { managersToo: true, delegation: true });
  if (isRefusal(open)) return open;
  const prepared =
    open.task.status === 'delegated'
      ? work.state.tasks.find((task) => task.origin === 'delegate' && task.parentKey === open.task.key && isOpen(task))
      : open.task;
  if (prepared === undefined || prepared.origin !== 'delegate' || prepared.parentKey === null) {
    return refuse('invalid_transition', `Task ${command.task} is not delegated.`);
  }
  closeTask(work, prepared.key, 'resolved', 'resolve', command.comment);
  work.emit({ type: 'task_handed_back', key: prepared.parentKey });
  return undefined;
}

/** The assignee gives the instance back: to the applicant, or to a node that it came through. */
export function giveBack(work: Work, command: CommandOf<'return'>): Refusal | undefined {
  const open = openTaskFor(work, command.task, command.actor);
  if (isRefusal(open)) return open;
  const { task, run } = open;
  const { settings } = work.graph.definition;
  const resume = command.resume ?? 'restart';
  const toStart = command.to === 'START' || command.to === work.graph.startId;
  const target = work.graph.nodes.get(command.to);
  if (!toStart) {
    const passed = work.state.runs.some(
      (other) => other.nodeId === command.to && other.status === 'approved' && !other.voided,
    );
    if (!isWork(target) || !passed || !leadsTo(work.graph, command.to, task.nodeId)) {
      return refuse('invalid_return', `${command.to} is neither START nor an approved node before ${task.nodeId}.`);
    }
  }
  if (work.state.round >= settings.maxRounds) {
    return refuse(
      'max_rounds',
      `Round ${work.state.round} of ${settings.maxRounds}: decide, or ask for a new request.`,
    );
  }
  closeTask(work, task.key, 'returned', 'return', command.comment);
  if (toStart) {
    returnToStart(work, resume, command.comment ?? null, run);
    return undefined;
  }
  work.closeOpenTasks(run, 'cancelled', 'return');
  work.emit({ type: 'run_closed', nodeId: run.nodeId, visit: run.visit, status: 'returned' });
  const undone = resume === 'restart' ? [command.to, ...(work.graph.after.get(command.to) ?? [])] : [task.nodeId];
  work.closeActiveRuns('cancelled', 'return', new Set(undone));
  work.emit({ type: 'rolled_back', from: task.nodeId, to: command.to, undone, resume });
  advance(work);
  return undefined;
}

/** An administrator adds people to a node; one that found nobody begins with them. */
export function assign(work: Work, command: CommandOf<'assign'>): Refusal | undefined {
  if (!command.actor.manages) return refuse('forbidden', 'Only approval:manage may assign people.');
  const { state } = work;
  if (state.status !== 'running' && state.status !== 'suspended') return notNow(state);
  const node = work.graph.nodes.get(command.nodeId);
  const run = activeRun(state, command.nodeId);
  if (!isWork(node) || run === undefined)
    return refuse('invalid_transition', `Nobody works at node ${command.nodeId} now.`);
  const users = [...new Set(command.users)];
  const room = MAX_ASSIGNEES - tasksOf(state, run).length;
  if (users.length === 0 || users.length > room) {
    return refuse(
      'invalid_assignee',
      `${users.length} people named; between 1 and ${room} can be added at ${node.id}.`,
    );
  }
  const group = run.opened ? (run.groups[0] ?? '') : '';
  const checked = users.map((userId) => newAssignee(work, { node, run }, group, userId));
  const refusal = checked.find((found) => found !== undefined && isRefusal(found));
  if (refusal !== undefined) return refusal as Refusal;
  const added = checked.filter((found): found is Person => found !== undefined);
  if (added.length < users.length) return undefined;
  if (!run.opened) {
    const required = quorumOf(node, added.length);
    if (required !== null && required > added.length) {
      return refuse('invalid_assignee', `${node.id} needs ${required} approvals; name at least as many people.`);
    }
    work.emit({
      type: 'run_opened',
      nodeId: node.id,
      visit: run.visit,
      mode: node.mode,
      groups: [''],
      required,
      audienceKeys: [],
      policy: null,
    });
  }
  for (const person of added) openTask(work, node, run, { person, onBehalfOf: null }, { group, origin: 'assign' });
  if (state.status === 'suspended' && state.suspension?.nodeId === node.id) {
    changeStatus(work, 'running', 'assign', null);
    takeUp(work);
  }
  return undefined;
}

/** Lets a suspended instance go on: asks again who acts where nobody was found, and moves the tokens. */
export function takeUp(work: Work): void {
  for (const run of work.state.runs) {
    const node = work.graph.nodes.get(run.nodeId);
    if (run.status === 'active' && !run.opened && isWork(node) && work.state.status === 'running')
      openRun(work, node, run);
  }
  advance(work);
}

function closeTask(
  work: Work,
  key: string,
  status: 'approved' | 'rejected' | 'transferred' | 'returned' | 'resolved',
  action: 'approve' | 'reject' | 'transfer' | 'return' | 'resolve',
  comment: string | undefined,
): void {
  work.emit({ type: 'task_closed', key, status, action, comment: comment ?? null, policy: null });
}
