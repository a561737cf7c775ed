import { isPermitted, type Principal } from '@nest-herald/platform';
import { demoCode } from '../documents/demo-processes.js';
import { DemoRefusal } from '../documents/demo.errors.js';
import type { DocumentKind } from '../documents/document-kind.js';
import { type LeaveRequest, newLeaveSchema } from './leave-request.schemas.js';
import { moveLeave, readLeave } from './leave-request.store.js';

/** Leave requests are decided by the ready-made process `leave`. */
export const LEAVE_REQUEST: DocumentKind<LeaveRequest> = {
  businessType: 'leave-request',
  processCode: demoCode('leave'),
  noun: 'leave request',
  isShown: (principal, leave) => seesAllLeave(principal) || leave.requesterId === principal.userId,
  read: (manager, tenantId, id) => readLeave(manager, tenantId, id, false),
  lock: (manager, tenantId, id) => readLeave(manager, tenantId, id, true),
  formOf: ({ kind, from, to, days, reason }) => ({ kind, from, to, days, ...(reason === null ? {} : { reason }) }),
  titleOf: ({ id, from, to, days }) => `${id} · ${from} – ${to} (${days} d)`,
  keptForm: (form) => {
    const { kind, from, to, days, reason } = form;
    const checked = newLeaveSchema.safeParse({ kind, from, to, days, reason });
    if (checked.success) return checked.data;
    throw new DemoRefusal('invalid_form', `The request cannot say this: ${checked.error.issues[0]?.message ?? ''}.`);
  },
  move: moveLeave,
};

/** HR, and who manages approvals. */
export function seesAllLeave(principal: Principal): boolean {
  return principal.roles.includes('hr') || isPermitted(principal, 'approval:manage');
}
