import { closeInstance, returnToStart, suspend } from './change-status.js';
import type { WorkNode } from '../definition/definition.js';
import { outcomeOf } from './step-outcome.js';
import { planRun, type RunPlan } from '../assignees/plan-run.js';
import type { Assignee } from '../assignees/resolve-assignees.js';
import { tasksOf, type NodeRun, type Task, type TaskAction } from '../instance/instance-state.js';
import { dueAt, type Work } from './transition.js';

/** The actor of decisions that the rules take for somebody. */
const RULES = 'system:rules';

/** Finds out who acts at a node that was entered and opens their tasks, or does what its policies say. */
export function openRun(work: Work, node: WorkNode, run: NodeRun): void {
  const plan = planRun(work.graph, node, work.state, work.directory);
  if (plan === undefined) return;
  if (plan.kind === 'suspended') return suspend(work, plan.reason, node.id, plan.message);
  const opened = plan.kind === 'tasks' ? plan : { groups: [], required: null, audienceKeys: [] };
  work.emit({
    type: 'run_opened',
    nodeId: node.id,
    visit: run.visit,
    mode: node.mode,
    groups: opened.groups,
    required: opened.required,
    audienceKeys: opened.audienceKeys,
    policy: plan.kind === 'decided' ? plan.policy : null,
  });
  if (plan.kind === 'decided')
    return finishRun(work, node, run, plan.policy === 'auto_approve' ? 'approved' : 'rejected', RULES);
  openPlanned(work, node, run, plan);
  settleRun(work, node, run, 'approve', RULES);
}

function openPlanned(work: Work, node: WorkNode, run: NodeRun, plan: Extract<RunPlan, { kind: 'tasks' }>): void {
  for (const planned of plan.tasks) {
    const origin = planned.fallback ? 'escalation' : planned.onBehalfOf === null ? 'initial' : 'substitute';
    const key = openTask(work, node, run, planned, { group: planned.group, origin });
    if (planned.decided !== null) {
      work.emit({
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
 * Opens one task. On a sequential node it waits while another task of the node is open.
 *
 * @returns the task's key
 */
export function openTask(
  work: Work,
  node: WorkNode,
  run: NodeRun,
  assignee: Assignee,
  task: Pick<Task, 'group' | 'origin'> & Partial<Pick<Task, 'parentKey' | 'dueAt'>>,
): string {
  const siblings = tasksOf(work.state, run);
  const seq = siblings.length + 1;
  const key = `${run.nodeId}#${run.visit}/${seq}`;
  const waits = node.mode === 'sequential' && siblings.some(isBeingWorkedOn);
  work.emit({
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
      openedAt: work.now,
      dueAt: waits ? null : task.dueAt === undefined ? dueAt(work.now, node.dueHours) : task.dueAt,
      action: null,
      by: null,
      at: null,
      comment: null,
    },
  });
  return key;
}

/** Judges a node after one of its tasks ended: goes on, closes it early, or lets the next in the sequence act. */
export function settleRun(work: Work, node: WorkNode, ref: NodeRun, action: TaskAction, by = work.by): void {
  const run = work.state.runs.find((other) => other.nodeId === ref.nodeId && other.visit === ref.visit);
  if (run === undefined || run.status !== 'active') return;
  const tasks = tasksOf(work.state, run);
  const { result, settledGroups } = outcomeOf(run, tasks, node.type === 'approve' && node.onReject === 'collect');
  if (result !== 'open') {
    work.closeOpenTasks(run, 'skipped', action, { by });
    return finishRun(work, node, run, result, by);
  }
  for (const group of settledGroups) work.closeOpenTasks(run, 'skipped', action, { group, by });
  const next = tasks.find((task) => task.status === 'waiting');
  if (next !== undefined && !tasks.some(isBeingWorkedOn)) {
    work.emit({ type: 'task_activated', key: next.key, dueAt: dueAt(work.now, node.dueHours) });
  }
}

function isBeingWorkedOn(task: Task): boolean {
  return task.status === 'pending' || task.status === 'delegated';
}

function finishRun(work: Work, node: WorkNode, run: NodeRun, result: 'approved' | 'rejected', by: string): void {
  work.emit({ type: 'run_closed', nodeId: run.nodeId, visit: run.visit, status: result, by });
  if (result === 'approved') return leaveNode(work, run.nodeId);
  const mayReturn = work.state.round < work.graph.definition.settings.maxRounds;
  if (node.type === 'approve' && node.onReject === 'return' && mayReturn) returnToStart(work, 'restart', null);
  else closeInstance(work, 'rejected', 'reject', null);
}

/** Sends the token of a finished node on: along its edge, or straight back to the node that had returned here. */
function leaveNode(work: Work, nodeId: string): void {
  const jump = work.state.jumps.find((other) => other.from === nodeId);
  const ways = work.graph.outgoing.get(nodeId) ?? [];
  const to = jump === undefined ? ways.map((edge) => edge.to) : [jump.to];
  work.emit({ type: 'node_left', nodeId, to, jump: jump !== undefined });
}
