import { Refusal } from '@nest-herald/platform/http';
import type { Fault } from '../engine/form/fault.js';
import type { EngineRefusal, RefusalCode } from '../engine/instance/refusal.js';

/** The codes of the engine and of the services with their HTTP status. */
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
  precondition_failed: 412,
  invalid_definition: 422,
  code_taken: 409,
  has_active_instances: 409,
  process_disabled: 409,
  business_in_progress: 409,
  version_published: 409,
} as const satisfies Record<RefusalCode, number> & Record<string, number>;

/** Every code of an {@link ApprovalRefusal}. The codes are stable. */
export type ApprovalRefusalCode = keyof typeof STATUS;

/**
 * The expected negative answer of a service of this package. Hosts call the services in their own controllers, so it is an
 * HTTP exception with its status. The problem document of `already_decided` has `by`, `at` and `action`.
 */
export class ApprovalRefusal extends Refusal {
  constructor(
    code: ApprovalRefusalCode,
    detail: string,
    { errors, decided }: { readonly errors?: readonly Fault[]; readonly decided?: EngineRefusal['decided'] } = {},
  ) {
    super(STATUS[code], code, detail, {
      ...(errors === undefined ? {} : { errors }),
      ...(decided === undefined ? {} : { extra: decided }),
    });
    this.name = 'ApprovalRefusal';
  }
}

/** Converts a refusal of the engine. */
export function refusalOf(refusal: EngineRefusal): ApprovalRefusal {
  return new ApprovalRefusal(refusal.code, refusal.message, refusal);
}

/** The same answer for an unknown id and for an id of another tenant, so that they cannot be told apart. */
export function notFound(what: 'process' | 'version' | 'instance' | 'task'): ApprovalRefusal {
  return new ApprovalRefusal('not_found', `There is no such ${what}.`);
}

/** @throws ApprovalRefusal 412 `precondition_failed` when the caller expected another revision */
export function requireRevision(expected: number | undefined, revision: number): void {
  if (expected === undefined || expected === revision) return;
  throw new ApprovalRefusal('precondition_failed', `The resource is now at revision ${revision}. Reload it and retry.`);
}
