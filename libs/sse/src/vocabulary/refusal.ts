import type { ProblemCode } from '@nest-herald/sse-protocol';

/** What a refusal tells beside its code. */
export interface RefusalDetails {
  /** One sentence for people: what happened and what to do. */
  readonly detail: string;
  /** When another try may succeed; becomes `Retry-After`. */
  readonly retryAfterMs?: number;
  /** For operators, by `nest-herald:sse:refused`; never part of an answer, and never with anything that the requester sent. */
  readonly reason?: string;
  /** Members added to the problem document, such as `denied` or `permission`. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/**
 * A request that is turned away before its stream is accepted (wire.md §2, "Refusals").
 *
 * Thrown by admission, authentication and authorisation; turned into a problem document, or into a soft refusal, in one
 * place: `http/problem-response`.
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
