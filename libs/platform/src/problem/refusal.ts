import { HttpException } from '@nestjs/common';

/** One field of a request that cannot be accepted. */
export interface FieldFault {
  readonly path: string;
  readonly message: string;
}

/** Optional members of a {@link Refusal}. */
export interface RefusalOptions {
  /** Faults by field. */
  readonly errors?: readonly FieldFault[];
  /** Milliseconds until a retry may succeed; becomes `Retry-After`. */
  readonly retryAfterMs?: number;
  /** Members added to the problem document, such as `permission` or `denied`. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** For operators' logs and diagnostics; never part of an answer, and never text that the requester sent. */
  readonly reason?: string;
  readonly cause?: unknown;
}

/**
 * An expected negative answer to a request: HTTP status, stable `code`, one sentence for people. Each feature package
 * derives one class with its own codes from it.
 *
 * It is an `HttpException` whose body has the members of a problem document, so a host without {@link ProblemFilter} also
 * answers with the right status and code.
 */
export class Refusal extends HttpException {
  constructor(
    status: number,
    readonly code: string,
    readonly detail: string,
    readonly members: RefusalOptions = {},
  ) {
    const { errors, retryAfterMs, extra, cause } = members;
    super(
      {
        ...extra,
        code,
        detail,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        ...(errors === undefined ? {} : { errors }),
      },
      status,
      cause === undefined ? {} : { cause },
    );
    this.name = 'Refusal';
    this.message = detail;
  }
}
