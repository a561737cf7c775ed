import type { FieldFault } from './refusal.js';

/** The meaning of an error for the sender of the request. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly errors?: readonly FieldFault[];
  /** Milliseconds; becomes `Retry-After` and bounds the `retry` of a soft refusal. */
  readonly retryAfterMs?: number;
  /** Further members of the document. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** See `RefusalOptions.reason`. */
  readonly reason?: string;
  /** A defect of the server: logged with its stack, and not described in the answer. */
  readonly isUnexpected?: boolean;
}
