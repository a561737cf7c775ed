import type { Actor, Picks } from '../instance/command.js';
import type { AssigneeSpec, WorkNode } from '../definition/definition.js';
import type { Person } from '../directory/directory.js';
import { validateForm, type FormData } from '../form/form-schema.js';
import { isWork, leadsTo, type Graph } from '../graph/graph.js';
import { barsApplicant } from '../assignees/plan-run.js';
import { refuse, type Refusal } from '../instance/refusal.js';
import { isClosed, isOpen, type InstanceState, type NodeRun, type Task } from '../instance/instance-state.js';
import type { Work } from './transition.js';

/** People picked for one node, at most. */
const MAX_PICKS = 20;

/** A task that may be decided now, with its node and run. */
export interface OpenTask {
  readonly task: Task;
  readonly node: WorkNode;
  readonly run: NodeRun;
}

/**
 * Finds a task and makes sure that this actor may act on it now. Strangers learn nothing; what was decided already is told
 * with who, when and how, even when the instance is over (a double click is not an error of the instance).
 *
 * @param managersToo also holders of `approval:manage`.
 * @param delegation also both sides of a delegated task; a decision is neither the delegate's nor, until then, the owner's.
 */
export function openTaskFor(
  work: Work,
  key: string,
  actor: Actor,
  { managersToo = false, delegation = false } = {},
): OpenTask | Refusal {
  const { state } = work;
  const task = state.tasks.find((other) => other.key === key);
  if (task === undefined) return refuse('not_found', `There is no task ${key} in this instance.`);
  const mayAct = actor.kind === 'system' || actor.id === task.assigneeId || (managersToo && actor.manages);
  if (!mayAct) return refuse('not_assignee', `Task ${key} is not assigned to ${actor.id}.`);
  const endedWithInstance = task.status === 'cancelled' || task.status === 'expired';
  if (endedWithInstance && isClosed(state.status)) return closed(state);
  if (!isOpen(task)) {
    const decided = { by: task.by, at: task.at, action: task.action };
    return refuse('already_decided', `Task ${key} was ended by ${task.by} at ${task.at} (${task.action}).`, {
      decided,
    });
  }
  if (state.status === 'suspended') {
    return refuse('instance_suspended', `The instance is suspended: ${state.suspension?.message ?? 'no reason given'}`);
  }
  if (state.status !== 'running') return notNow(state);
  if (task.status === 'waiting') return refuse('invalid_transition', `Task ${key} waits for the people before it.`);
  if (!delegation && (task.status === 'delegated' || task.origin === 'delegate')) {
    return refuse('invalid_transition', `Task ${key} is delegated: resolve it, then its owner decides.`);
  }
  const node = work.graph.nodes.get(task.nodeId);
  const run = state.runs.find((other) => other.nodeId === task.nodeId && other.visit === task.visit);
  if (!isWork(node) || run === undefined) return refuse('not_found', `Task ${key} has no node in this version.`);
  if (barsApplicant(node) && actor.id === state.applicantId) return selfApproval(actor.id);
  return { task, node, run };
}

/** The refusal of a command that needs an instance which is not over. */
function closed(state: InstanceState): Refusal {
  return refuse('instance_closed', `The instance is ${state.status}; nothing can be changed any more.`);
}

/** The refusal of a command that does not fit the instance's status. */
export function notNow(state: InstanceState): Refusal {
  if (isClosed(state.status)) return closed(state);
  return refuse('invalid_transition', `The instance is ${state.status}.`);
}

/** The refusal of somebody deciding their own request. */
export function selfApproval(userId: string): Refusal {
  return refuse('self_approval', `${userId} is the applicant and cannot decide the own request at this node.`);
}

/** Checks a whole form; undefined when it may be used. */
export function checkForm(graph: Graph, form: FormData): Refusal | undefined {
  const errors = validateForm(graph.definition.formSchema, form);
  if (errors.length === 0) return undefined;
  return refuse('invalid_form', `${errors.length} field(s) of the form are not valid.`, { errors });
}

/** Checks that picks are for nodes whose people this actor picks, and name active people; undefined when they may be used. */
export function checkPicks(
  work: Work,
  picks: Picks,
  kind: Extract<AssigneeSpec['type'], 'applicant_pick' | 'prev_approver_pick'>,
  pickingNode: string,
): Refusal | undefined {
  for (const { nodeId, users } of picks) {
    const node = work.graph.nodes.get(nodeId);
    const open = isWork(node) || node?.type === 'cc' ? node.assignees.some((spec) => spec.type === kind) : false;
    if (!open || !leadsTo(work.graph, pickingNode, nodeId)) {
      return refuse('invalid_pick', `Nobody is picked for node ${nodeId} here (${kind}).`);
    }
    if (users.length > MAX_PICKS)
      return refuse('invalid_pick', `${users.length} people picked for ${nodeId}; at most ${MAX_PICKS}.`);
    const unknown = users.find((id) => work.directory.person(id) === null);
    if (unknown !== undefined) return refuse('invalid_pick', `${unknown} is not an active person here.`);
  }
  return undefined;
}

/** Checks that a person may get a task of a run; undefined while the directory has to be asked. */
export function newAssignee(
  work: Work,
  open: Omit<OpenTask, 'task'>,
  group: string,
  userId: string,
): Person | Refusal | undefined {
  const person = work.directory.person(userId);
  if (person === undefined) return undefined;
  if (person === null) return refuse('invalid_assignee', `${userId} is not an active person here.`);
  if (barsApplicant(open.node) && userId === work.state.applicantId) return selfApproval(userId);
  const counted = work.state.tasks.find(
    (task) =>
      task.nodeId === open.run.nodeId &&
      task.visit === open.run.visit &&
      task.group === group &&
      task.assigneeId === userId &&
      (isOpen(task) || task.status === 'approved' || task.status === 'rejected'),
  );
  if (counted === undefined) return person;
  return refuse('already_assigned', `${userId} has task ${counted.key} at this node already; everybody counts once.`);
}

/** Whether a guard refused. */
export function isRefusal(value: object): value is Refusal {
  return 'code' in value && 'message' in value;
}
