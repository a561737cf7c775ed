import {
  isClosed,
  type InstanceState,
  type InstanceStatus,
  type StepRun,
  type Suspension,
  type TaskAction,
} from '../instance/instance-state.js';
import type { Transition } from './transition.js';

/** Ends the instance and closes its open tasks and runs, so that no task stays in a work list. */
export function closeInstance(
  transition: Transition,
  to: Extract<InstanceStatus, 'approved' | 'rejected' | 'withdrawn' | 'cancelled'>,
  action: TaskAction,
  reason: string | null,
): void {
  transition.closeActiveRuns('cancelled', action);
  changeStatus(transition, to, action, reason);
}

/** Expires the instance; `recover` continues it at the same steps. */
export function expireInstance(transition: Transition): void {
  const { state } = transition;
  const park = state.status === 'returned' ? state.parked : currentSteps(state);
  transition.closeActiveRuns('expired', 'expire');
  transition.emit({ type: 'status_changed', from: state.status, to: 'expired', verb: 'expire', reason: null, park });
}

/**
 * Returns the instance to the applicant. With `jump_back` it continues later at the steps that are active now.
 *
 * @param by the run whose assignee returned it; it ends as `returned`, the others as `cancelled`
 */
export function returnToStart(
  transition: Transition,
  resume: 'restart' | 'jump_back',
  reason: string | null,
  by?: StepRun,
): void {
  const park = resume === 'jump_back' ? currentSteps(transition.state) : [];
  if (by !== undefined) {
    transition.closeOpenTasks(by, 'cancelled', 'return');
    transition.emit({ type: 'run_closed', nodeId: by.nodeId, visit: by.visit, status: 'returned' });
  }
  transition.closeActiveRuns('cancelled', 'return');
  const from = transition.state.status;
  transition.emit({ type: 'status_changed', from, to: 'returned', verb: 'return', reason, park });
}

/** Suspends an instance that cannot continue. An administrator corrects the cause and resumes. */
export function suspendInstance(
  transition: Transition,
  reason: Suspension['reason'],
  nodeId: string | null,
  message: string,
): void {
  transition.emit({
    type: 'status_changed',
    from: transition.state.status,
    to: 'suspended',
    verb: 'suspend',
    reason: message,
    suspension: { reason, nodeId, message },
  });
}

/** Changes the status. Tokens stay where they are, unless `enter` names the steps at which to continue. */
export function changeStatus(
  transition: Transition,
  to: InstanceStatus,
  verb: string,
  reason: string | null,
  enter?: readonly string[],
): void {
  const from = transition.state.status;
  if (isClosed(from) && from !== 'expired') return;
  transition.emit({ type: 'status_changed', from, to, verb, reason, ...(enter === undefined ? {} : { enter }) });
}

function currentSteps(state: InstanceState): readonly string[] {
  return [...new Set(state.tokens.map((token) => token.nodeId))];
}
