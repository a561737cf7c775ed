import { barsApplicant } from '../assignees/plan-run.js';
import type { AssigneeSpec, TaskStep } from '../definition/definition.js';
import type { Person } from '../directory/directory.js';
import type { FormData } from '../form/form-schema.js';
import { validateForm } from '../form/validate-form.js';
import { isTaskStep, leadsTo, type Graph } from '../graph/graph.js';
import type { Actor, Picks } from '../instance/command.js';
import { isClosed, isOpen, type InstanceState, type StepRun, type Task } from '../instance/instance-state.js';
import { refuse, type EngineRefusal } from '../instance/refusal.js';
import type { Transition } from './transition.js';

/** Most people picked for one step. */
const MAX_PICKS = 20;

/** A task that can be decided now, with its step and run. */
export interface OpenTask {
  readonly task: Task;
  readonly step: TaskStep;
  readonly run: StepRun;
}

/**
 * Finds a task and checks that the actor can act on it now.
 *
 * Other people get `not_assignee` before they learn anything. A task that is decided gives `already_decided` with who, when
 * and how, even after the end of the instance, because a double click is no error of the instance.
 *
 * @param managersToo whether holders of `approval:manage` can act too
 * @param delegation whether the owner and the delegate of a delegated task can act. Neither of them can decide it.
 */
export function openTaskFor(
  { graph, state }: Transition,
  key: string,
  actor: Actor,
  { managersToo = false, delegation = false } = {},
): OpenTask | EngineRefusal {
  const task = state.tasks.find((other) => other.key === key);
  if (task === undefined) return refuse('not_found', `There is no task ${key} in this instance.`);
  const mayAct = actor.kind === 'system' || actor.id === task.assigneeId || (managersToo && actor.manages);
  if (!mayAct) return refuse('not_assignee', `Task ${key} is not assigned to ${actor.id}.`);
  const endedWithInstance = task.status === 'cancelled' || task.status === 'expired';
  if (endedWithInstance && isClosed(state.status)) return closed(state);
  if (!isOpen(task)) {
    const decided = { by: task.by, at: task.at, action: task.action };
    return refuse('already_decided', `${task.by} ended task ${key} at ${task.at} (${task.action}). Reload it.`, {
      decided,
    });
  }
  if (state.status === 'suspended') {
    const cause = state.suspension?.message ?? 'no reason given';
    return refuse('instance_suspended', `The instance is suspended: ${cause}`);
  }
  if (state.status !== 'running') return invalidNow(state);
  if (task.status === 'waiting') {
    return refuse('invalid_transition', `Task ${key} waits for the earlier tasks of its step.`);
  }
  if (!delegation && (task.status === 'delegated' || task.origin === 'delegate')) {
    return refuse('invalid_transition', `Task ${key} is delegated. Resolve it first; then its owner decides.`);
  }
  const step = graph.steps.get(task.nodeId);
  const run = state.runs.find((other) => other.nodeId === task.nodeId && other.visit === task.visit);
  if (!isTaskStep(step) || run === undefined) return refuse('not_found', `This version has no step for task ${key}.`);
  if (barsApplicant(step) && actor.id === state.applicantId) return selfApproval(actor.id);
  return { task, step, run };
}

function closed(state: InstanceState): EngineRefusal {
  return refuse('instance_closed', `The instance is ${state.status} and can no longer change.`);
}

/** Refuses a command that the status of the instance does not allow. */
export function invalidNow(state: InstanceState): EngineRefusal {
  if (isClosed(state.status)) return closed(state);
  return refuse('invalid_transition', `The instance is ${state.status}, which does not allow this command.`);
}

function selfApproval(userId: string): EngineRefusal {
  return refuse('self_approval', `${userId} is the applicant and cannot act on their own request at this step.`);
}

/** Checks a whole form. @returns undefined when it is valid */
export function checkForm(graph: Graph, form: FormData): EngineRefusal | undefined {
  const errors = validateForm(graph.definition.formSchema, form);
  if (errors.length === 0) return undefined;
  return refuse('invalid_form', `The form has ${errors.length} fault(s). Correct the fields in "errors".`, { errors });
}

/** Checks that the actor picks for the picked steps, and that the picked people are active. @returns undefined when valid */
export function checkPicks(
  { graph, directory }: Transition,
  picks: Picks,
  kind: Extract<AssigneeSpec['type'], 'applicant_pick' | 'prev_approver_pick'>,
  pickingStep: string,
): EngineRefusal | undefined {
  for (const { nodeId, users } of picks) {
    const step = graph.steps.get(nodeId);
    const takesPicks = (isTaskStep(step) || step?.type === 'cc') && step.assignees.some((spec) => spec.type === kind);
    if (!takesPicks || !leadsTo(graph, pickingStep, nodeId)) {
      return refuse('invalid_pick', `${nodeId} is no later step with ${kind}, so no people can be picked for it.`);
    }
    if (users.length > MAX_PICKS) {
      return refuse('invalid_pick', `${users.length} people were picked for ${nodeId}; at most ${MAX_PICKS} can be.`);
    }
    const unknown = users.find((id) => directory.person(id) === null);
    if (unknown !== undefined) return refuse('invalid_pick', `${unknown} is not an active person of this tenant.`);
  }
  return undefined;
}

/** Checks that a person can get a task of a run. @returns undefined while an answer of the directory is missing */
export function newAssignee(
  { state, directory }: Transition,
  { step, run }: Omit<OpenTask, 'task'>,
  group: string,
  userId: string,
): Person | EngineRefusal | undefined {
  const person = directory.person(userId);
  if (person === undefined) return undefined;
  if (person === null) return refuse('invalid_assignee', `${userId} is not an active person of this tenant.`);
  if (barsApplicant(step) && userId === state.applicantId) return selfApproval(userId);
  const counted = state.tasks.find(
    (task) =>
      task.nodeId === run.nodeId &&
      task.visit === run.visit &&
      task.group === group &&
      task.assigneeId === userId &&
      (isOpen(task) || task.status === 'approved' || task.status === 'rejected'),
  );
  if (counted === undefined) return person;
  return refuse('already_assigned', `${userId} has task ${counted.key} of this step already. Choose another person.`);
}

/** Whether a guard refused. */
export function isRefusal(value: object): value is EngineRefusal {
  return 'code' in value && 'message' in value;
}
