import type { ProblemCode } from '@nest-herald/sse-protocol';
import { Refusal } from '@nest-herald/platform/http';
import { SseRefusal } from '../../vocabulary/refusal.js';
import { SseError, type SseErrorCode } from '../../vocabulary/sse.errors.js';

/** The errors of the hub that a requester can cause. The others are faults of the host or of this package: 500. */
const SSE_ERRORS: Readonly<Partial<Record<SseErrorCode, { readonly status: number; readonly code: ProblemCode }>>> = {
  ERR_SSE_INVALID_ID: { status: 400, code: 'invalid_request' },
  ERR_SSE_INVALID_EVENT: { status: 400, code: 'invalid_request' },
  ERR_SSE_RESERVED_EVENT: { status: 400, code: 'invalid_request' },
  ERR_SSE_RESERVED_TOPIC: { status: 403, code: 'forbidden' },
  ERR_SSE_INVALID_TOPIC: { status: 400, code: 'invalid_topic' },
  ERR_SSE_TOPICS_DISABLED: { status: 400, code: 'topics_disabled' },
  ERR_SSE_EVENT_TOO_LARGE: { status: 413, code: 'event_too_large' },
  ERR_SSE_DRAINING: { status: 503, code: 'draining' },
  ERR_SSE_NOT_STARTED: { status: 503, code: 'draining' },
};

/** Turns an error of this package into a response. @returns null for an error that a requester cannot cause. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof SseRefusal) {
    const { detail, ...options } = error.details;
    return new Refusal(error.status, error.code, detail, { ...options, cause: error });
  }
  if (!(error instanceof SseError)) return null;
  const known = SSE_ERRORS[error.code];
  return known === undefined ? null : new Refusal(known.status, known.code, error.message, { cause: error });
}
