import { STATUS_CODES } from 'node:http';
import type { ProblemCode } from '@nest-herald/sse-protocol';
import { HttpException } from '@nestjs/common';
import { SseRefusal } from '../vocabulary/refusal.js';
import { SseError, type SseErrorCode } from '../vocabulary/sse.errors.js';

/** One fault of a request body or query. */
export interface FieldFault {
  readonly path: string;
  readonly message: string;
}

/** The body of every refusal (RFC 9457, api.md §2). Codes of other packages may join those of this one. */
export interface ProblemDocument {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode | (string & {});
  readonly detail?: string;
  readonly requestId: string;
  readonly errors?: readonly FieldFault[];
  readonly [extra: string]: unknown;
}

/** What an error means for the one who sent the request. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  /** Milliseconds; becomes `Retry-After` and bounds the `retry` of a soft refusal. */
  readonly retryAfterMs?: number;
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Not the requester's fault: log it, say nothing about it. */
  readonly isUnexpected?: boolean;
}

/** Reads a problem out of whatever was thrown. Nothing of an unknown error is shown: no message, no stack. */
export function problemOf(error: unknown): Problem {
  if (error instanceof SseRefusal) {
    const { detail, retryAfterMs, extra } = error.details;
    return {
      status: error.status,
      code: error.code,
      detail,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(extra === undefined ? {} : { extra }),
    };
  }
  if (error instanceof SseError) return problemOfSseError(error);
  if (error instanceof HttpException) return problemOfHttpException(error);
  return (
    problemOfPlatformError(error) ??
    problemOfStorage(error) ?? { status: 500, code: 'internal_error', isUnexpected: true }
  );
}

/** Writes the document. */
export function problemDocument(problem: Problem, requestId: string): ProblemDocument {
  return {
    type: 'about:blank',
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    code: problem.code,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    requestId,
    ...problem.extra,
  };
}

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

function problemOfSseError(error: SseError): Problem {
  const known = SSE_ERRORS[error.code];
  // The rest (options, transactions, storage) is between the host and this package.
  return known === undefined
    ? { status: 500, code: 'internal_error', isUnexpected: true }
    : { ...known, detail: error.message };
}

const CODE_OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  401: 'invalid_token',
  403: 'forbidden',
  404: 'not_found',
  406: 'not_acceptable',
  413: 'payload_too_large',
  414: 'uri_too_long',
  429: 'rate_limited',
  503: 'at_capacity',
};

function codeOfStatus(status: number): ProblemCode {
  return CODE_OF_STATUS[status] ?? (status >= 500 ? 'internal_error' : 'invalid_request');
}

/** Guards, pipes and throttlers of the host. A body with a `code` is taken as a problem of its own. */
function problemOfHttpException(error: HttpException): Problem {
  const status = error.getStatus();
  const body = error.getResponse();
  if (typeof body === 'object' && 'code' in body && typeof body.code === 'string') {
    const { code, detail, retryAfterMs, ...extra } = body as { code: string; detail?: unknown; retryAfterMs?: unknown };
    return {
      status,
      code,
      ...(typeof detail === 'string' ? { detail } : {}),
      ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
      extra,
    };
  }
  const code = codeOfStatus(status);
  return status >= 500 ? { status, code } : { status, code, detail: error.message };
}

/** Errors of body parsers (`http-errors`): a status below 500 and a message that was made for the client. */
function problemOfPlatformError(error: unknown): Problem | null {
  if (typeof error !== 'object' || error === null) return null;
  const { status, expose } = error as { status?: unknown; expose?: unknown };
  if (typeof status !== 'number' || expose !== true || status < 400 || status > 499) return null;
  // The parser's message may quote the body, which may hold what must not be repeated.
  return { status, code: codeOfStatus(status), detail: 'The request body cannot be read.' };
}

/** SQLSTATEs and socket errors that say the storage is out of reach, starting, stopping, full or too slow at this moment. */
const STORAGE_AWAY: ReadonlySet<unknown> = new Set(
  (
    '08000 08001 08003 08004 08006 53300 55000 57P01 57P02 57P03 57P05 ' +
    'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT ENOTFOUND EHOSTUNREACH'
  ).split(' '),
);

/** Storage waited too long for somebody else's lock, or lost a race: the same request may succeed in a moment. */
const STORAGE_BUSY: ReadonlySet<unknown> = new Set(['40001', '40P01', '55P03', '57014']);

/** Text that no column can hold, such as one with a NUL: the request says something impossible. */
const STORAGE_REFUSES_TEXT: ReadonlySet<unknown> = new Set(['22021', '22P05']);

const STORAGE_RETRY_MS = 2_000;

/**
 * Errors of a database that are nobody's fault: transient, so a browser's EventSource must not give up for good. Drivers and
 * mappers put the code on the error or on `driverError`; a broken connection of `pg` has only its message.
 */
function problemOfStorage(error: unknown): (Problem & { readonly code: ProblemCode }) | null {
  const cause = error instanceof Error && 'driverError' in error ? error.driverError : error;
  if (!(cause instanceof Error)) return null;
  const code = 'code' in cause ? cause.code : undefined;
  if (STORAGE_BUSY.has(code)) {
    return { status: 503, code: 'busy', detail: 'Somebody else is changing the same thing. Try again.' };
  }
  if (STORAGE_REFUSES_TEXT.has(code)) {
    return { status: 400, code: 'invalid_request', detail: 'The request holds text with a NUL. Leave it out.' };
  }
  if (
    !STORAGE_AWAY.has(code) &&
    !/^(Connection terminated|timeout exceeded when trying to connect)/.test(cause.message)
  ) {
    return null;
  }
  const detail = 'The storage does not answer. Try again in a moment.';
  return { status: 503, code: 'at_capacity', detail, retryAfterMs: STORAGE_RETRY_MS };
}
