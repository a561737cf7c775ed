import { isPermitted, type Principal } from '@nest-herald/platform';
import { demoCode } from '../documents/demo-processes.js';
import { DemoRefusal } from '../documents/demo.errors.js';
import type { DocumentKind } from '../documents/document-kind.js';
import { type LeaveRequest, newLeaveSchema } from './leave-request.schemas.js';
import { changeLeaveStatus, readLeave } from './leave-request.store.js';

/** Leave requests; the ready-made process `leave` decides them. */
export const LEAVE_REQUEST: DocumentKind<LeaveRequest> = {
  businessType: 'leave-request',
  processCode: demoCode('leave'),
  noun: 'leave request',
  isVisibleTo: (principal, leave) => maySeeAllLeave(principal) || leave.requesterId === principal.userId,
  read: (manager, tenantId, id) => readLeave(manager, tenantId, id, false),
  lock: (manager, tenantId, id) => readLeave(manager, tenantId, id, true),
  formOf: ({ kind, from, to, days, reason }) => ({ kind, from, to, days, ...(reason === null ? {} : { reason }) }),
  titleOf: ({ id, from, to, days }) => `${id} · ${from} – ${to} (${days} d)`,
  checkedForm: (form) => {
    const { kind, from, to, days, reason } = form;
    const checked = newLeaveSchema.safeParse({ kind, from, to, days, reason });
    if (checked.success) return checked.data;
    throw new DemoRefusal(
      'invalid_form',
      `The form does not fit a leave request: ${checked.error.issues[0]?.message ?? ''}.`,
    );
  },
  changeStatus: changeLeaveStatus,
};

/** HR and managers of approvals may. */
export function maySeeAllLeave(principal: Principal): boolean {
  return principal.roles.includes('hr') || isPermitted(principal, 'approval:manage');
}
