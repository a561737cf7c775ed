import { HttpException } from '@nestjs/common';
import { PlatformError } from '../errors/platform.errors.js';
import type { Problem } from './problem.js';
import { type FieldFault, Refusal } from './refusal.js';
import { problemOfStorage } from './storage-problem.js';

/** Derives a problem from any thrown value. It shows neither message nor stack of an unknown error. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refusal) return problemOfRefusal(error);
  if (error instanceof HttpException) return problemOfHttpException(error);
  if (error instanceof PlatformError && error.code === 'ERR_SSE_INVALID_ID') {
    return { status: 400, code: 'invalid_request', detail: error.message };
  }
  return (
    problemOfBodyParser(error) ?? problemOfStorage(error) ?? { status: 500, code: 'internal_error', isUnexpected: true }
  );
}

function problemOfRefusal(refusal: Refusal): Problem {
  const { errors, retryAfterMs, extra, reason } = refusal.members;
  return {
    status: refusal.getStatus(),
    code: refusal.code,
    detail: refusal.detail,
    ...(errors === undefined ? {} : { errors }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(extra === undefined ? {} : { extra }),
    ...(reason === undefined ? {} : { reason }),
  };
}

const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  401: 'invalid_token',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  408: 'request_timeout',
  409: 'conflict',
  412: 'precondition_failed',
  413: 'payload_too_large',
  414: 'uri_too_long',
  415: 'unsupported_media_type',
  422: 'unprocessable',
  429: 'rate_limited',
  431: 'headers_too_large',
  503: 'at_capacity',
};

/** The code for an error that has none. */
export function codeOfStatus(status: number): string {
  return CODE_OF_STATUS[status] ?? (status >= 500 ? 'internal_error' : 'invalid_request');
}

/** For exceptions of the host's guards, pipes and throttlers. A body with a `code` becomes the problem. */
function problemOfHttpException(error: HttpException): Problem {
  const status = error.getStatus();
  const body = error.getResponse();
  if (typeof body === 'object' && 'code' in body && typeof body.code === 'string') {
    const { code, detail, retryAfterMs, errors, ...extra } = body as Readonly<Record<string, unknown>> & {
      code: string;
    };
    return {
      status,
      code,
      ...(typeof detail === 'string' ? { detail } : {}),
      ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
      ...(Array.isArray(errors) ? { errors: errors as FieldFault[] } : {}),
      extra,
    };
  }
  const code = codeOfStatus(status);
  // The message of an unforeseen 5xx may show internals.
  return status >= 500 ? { status, code } : { status, code, detail: error.message };
}

const DETAIL_OF_BODY_FAULT: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'The body is not valid JSON.',
  'entity.too.large': 'The body is larger than 1 MiB.',
  'encoding.unsupported': 'This content encoding is not supported.',
  'charset.unsupported': 'This charset is not supported; use UTF-8.',
  'request.aborted': 'The body ended early.',
  'request.size.invalid': 'The body does not have the length that Content-Length states.',
};

/** Errors of body parsers (`http-errors`). Their own message is not repeated: it may quote the body. */
function problemOfBodyParser(error: unknown): Problem | null {
  if (typeof error !== 'object' || error === null) return null;
  const { status, expose, type } = error as { status?: unknown; expose?: unknown; type?: unknown };
  if (typeof status !== 'number' || expose !== true || status < 400 || status > 499) return null;
  const detail = DETAIL_OF_BODY_FAULT[String(type)] ?? 'The request body cannot be read.';
  return { status, code: codeOfStatus(status), detail };
}
