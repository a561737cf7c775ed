import type { Fault } from '../form/form-schema.js';
import type { TaskAction } from './instance-state.js';

/** Every reason for which a command changes nothing; stable (api.md §6). The number is the HTTP status it is answered with. */
export const REFUSAL_STATUS = {
  not_found: 404,
  not_assignee: 403,
  forbidden: 403,
  self_approval: 403,
  field_locked: 403,
  already_decided: 409,
  already_assigned: 409,
  instance_closed: 409,
  instance_suspended: 409,
  invalid_transition: 409,
  max_rounds: 409,
  cannot_resume: 409,
  invalid_form: 422,
  invalid_assignee: 422,
  invalid_pick: 422,
  invalid_return: 422,
  reason_required: 422,
  path_unresolvable: 422,
} as const;

/** See {@link REFUSAL_STATUS}. */
export type RefusalCode = keyof typeof REFUSAL_STATUS;

/** Why a command changed nothing: a stable code, a sentence with the value and the remedy, and data for the answer. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  /** With `already_decided`: who ended the task, when, and by what. */
  readonly decided?: { readonly by: string | null; readonly at: string | null; readonly action: TaskAction | null };
  /** With `invalid_form`. */
  readonly errors?: readonly Fault[];
}

/** Builds a {@link Refusal}. */
export function refuse(code: RefusalCode, message: string, data: Omit<Refusal, 'code' | 'message'> = {}): Refusal {
  return { code, message, ...data };
}
