import type { InstanceState } from '../engine/instance/instance-state.js';
import { ApprovalRefusal } from './approval.errors.js';
import type { Caller } from './caller.js';

/**
 * Checks that a caller can read an instance: as applicant, as present or former assignee, as a person on copy, or with
 * `approval:manage`.
 *
 * @throws ApprovalRefusal 403 `forbidden`
 */
export function requireInvolved(caller: Caller, state: InstanceState): void {
  const isInvolved =
    caller.manages ||
    state.applicantId === caller.userId ||
    state.cc.includes(caller.userId) ||
    state.tasks.some(
      (task) => (task.assigneeId === caller.userId && task.status !== 'waiting') || task.onBehalfOf === caller.userId,
    );
  if (!isInvolved) throw new ApprovalRefusal('forbidden', 'You are not involved in this request.');
}
