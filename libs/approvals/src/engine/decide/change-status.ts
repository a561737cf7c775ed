import {
  isClosed,
  type InstanceState,
  type InstanceStatus,
  type NodeRun,
  type Suspension,
  type TaskAction,
} from '../instance/instance-state.js';
import type { Work } from './transition.js';

/** Ends the instance: every open task and run with it, so that nothing stays in anybody's list. */
export function closeInstance(
  work: Work,
  to: Extract<InstanceStatus, 'approved' | 'rejected' | 'withdrawn' | 'cancelled'>,
  action: TaskAction,
  reason: string | null,
): void {
  work.closeActiveRuns('cancelled', action);
  changeStatus(work, to, action, reason);
}

/** Ends the instance because its time is over; `recover` takes up the same nodes again. */
export function expireInstance(work: Work): void {
  const park = work.state.status === 'returned' ? work.state.parked : placesOf(work.state);
  work.closeActiveRuns('expired', 'expire');
  work.emit({ type: 'status_changed', from: work.state.status, to: 'expired', verb: 'expire', reason: null, park });
}

/**
 * Gives the instance back to the applicant. With `jump_back` the nodes that were being worked on are taken up again.
 *
 * @param by the run whose assignee returned it; it ends as `returned`, the others as `cancelled`
 */
export function returnToStart(work: Work, resume: 'restart' | 'jump_back', reason: string | null, by?: NodeRun): void {
  const park = resume === 'jump_back' ? placesOf(work.state) : [];
  if (by !== undefined) {
    work.closeOpenTasks(by, 'cancelled', 'return');
    work.emit({ type: 'run_closed', nodeId: by.nodeId, visit: by.visit, status: 'returned' });
  }
  work.closeActiveRuns('cancelled', 'return');
  work.emit({ type: 'status_changed', from: work.state.status, to: 'returned', verb: 'return', reason, park });
}

/** Stops the instance visibly where the rules cannot go on; an administrator corrects the cause and resumes. */
export function suspend(work: Work, reason: Suspension['reason'], nodeId: string | null, message: string): void {
  work.emit({
    type: 'status_changed',
    from: work.state.status,
    to: 'suspended',
    verb: 'suspend',
    reason: message,
    suspension: { reason, nodeId, message },
  });
}

/** Moves the instance to another status without touching its tokens. */
export function changeStatus(
  work: Work,
  to: InstanceStatus,
  verb: string,
  reason: string | null,
  enter?: readonly string[],
): void {
  if (isClosed(work.state.status) && work.state.status !== 'expired') return;
  work.emit({
    type: 'status_changed',
    from: work.state.status,
    to,
    verb,
    reason,
    ...(enter === undefined ? {} : { enter }),
  });
}

function placesOf(state: InstanceState): readonly string[] {
  return [...new Set(state.tokens.map((token) => token.nodeId))];
}
