import type { FieldFault } from './refusal.js';

/** What an error means for the sender of the request. */
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
  /** A defect on our side: logged with its stack; the answer says nothing about it. */
  readonly isUnexpected?: boolean;
}
