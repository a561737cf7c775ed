import { Refusal as HttpRefusal } from '@nest-herald/platform/http';
import type { Fault } from '../engine/form/fault.js';
import type { EngineRefusal, RefusalCode } from '../engine/instance/refusal.js';

const STATUS = {
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
  invalid_request: 400,
  precondition_failed: 412,
  invalid_definition: 422,
  code_taken: 409,
  has_active_instances: 409,
  process_disabled: 409,
  business_in_progress: 409,
  version_published: 409,
  busy: 503,
} as const satisfies Record<RefusalCode, number> & Record<string, number>;

/** Every code with which approvals refuse a request: those of the engine and those of storing it (api.md §6); stable. */
export type ApprovalRefusalCode = keyof typeof STATUS;

/** The HTTP status of a code. */
export function statusOf(code: ApprovalRefusalCode): number {
  return STATUS[code];
}

/** What a refusal tells beside code and sentence. */
export interface ApprovalRefusalData {
  readonly errors?: readonly Fault[];
  readonly decided?: EngineRefusal['decided'];
}

/** A request that is refused; `already_decided` also says `by`, `at` and `action`. */
export class ApprovalRefusal extends HttpRefusal {
  constructor(code: ApprovalRefusalCode, detail: string, { errors, decided }: ApprovalRefusalData = {}) {
    super(STATUS[code], code, detail, {
      ...(errors === undefined ? {} : { errors }),
      ...(decided === undefined ? {} : { extra: decided }),
    });
    this.name = 'ApprovalRefusal';
  }
}

/** A refusal of the engine, as it is answered. */
export function refusalOf(refusal: EngineRefusal): ApprovalRefusal {
  return new ApprovalRefusal(refusal.code, refusal.message, refusal);
}

/** The one answer for what does not exist and for what is another tenant's: nobody can tell them apart. */
export function unknown(what: 'process' | 'version' | 'instance' | 'task'): ApprovalRefusal {
  return new ApprovalRefusal('not_found', `There is no such ${what}.`);
}

/** @throws ApprovalRefusal 412 when the caller knew another revision. */
export function requireRevision(expected: number | undefined, revision: number): void {
  if (expected === undefined || expected === revision) return;
  throw new ApprovalRefusal('precondition_failed', `It has revision ${revision} now. Read it again and decide anew.`);
}
