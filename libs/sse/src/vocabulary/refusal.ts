import type { ProblemCode } from '@nest-herald/sse-protocol';

/** What a refusal contains beside its code. */
export interface RefusalDetails {
  /** One sentence for people: what happened and what to do. */
  readonly detail: string;
  /** Time after which a retry may succeed; becomes `Retry-After`. */
  readonly retryAfterMs?: number;
  /** For operators, through `nest-herald:sse:refused`. It is never part of a response and never contains request data. */
  readonly reason?: string;
  /** Members added to the problem document, such as `denied` or `permission`. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/**
 * An expected negative answer to a request, before its stream is accepted.
 *
 * Admission, authentication and authorisation throw it. The `http` folder turns it into a problem document or a soft refusal.
 */
export class SseRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: ProblemCode,
    readonly details: RefusalDetails,
  ) {
    super(`${code}: ${details.detail}`);
    this.name = 'SseRefusal';
  }
}
