import type { Fault } from '../form/fault.js';
import type { TaskAction } from './instance-state.js';

/** Why a command changes nothing. The codes are stable. */
export type RefusalCode =
  | 'not_found'
  | 'not_assignee'
  | 'forbidden'
  | 'self_approval'
  | 'field_locked'
  | 'already_decided'
  | 'already_assigned'
  | 'instance_closed'
  | 'instance_suspended'
  | 'invalid_transition'
  | 'max_rounds'
  | 'cannot_resume'
  | 'invalid_form'
  | 'invalid_assignee'
  | 'invalid_pick'
  | 'invalid_return'
  | 'reason_required'
  | 'path_unresolvable';

/** The expected negative answer to a command. */
export interface EngineRefusal {
  readonly code: RefusalCode;
  /** What happened, the value, and the remedy. */
  readonly message: string;
  /** With `already_decided`: who ended the task, when, and by which action. */
  readonly decided?: { readonly by: string | null; readonly at: string | null; readonly action: TaskAction | null };
  /** With `invalid_form`. */
  readonly errors?: readonly Fault[];
}

/** Makes an {@link EngineRefusal}. */
export function refuse(
  code: RefusalCode,
  message: string,
  data: Omit<EngineRefusal, 'code' | 'message'> = {},
): EngineRefusal {
  return { code, message, ...data };
}
