import { HttpException } from '@nestjs/common';
import { type Problem as LibraryProblem, problemOf } from '@nest-herald/sse';
import { ZodError } from 'zod';
import { codeOfStatus, type Problem, type Refusal } from './problem.js';

/** Turns whatever was thrown into a refusal; what nobody foresaw is a 500 without any detail. */
export function refusalOf(exception: unknown): Refusal {
  if (exception instanceof ZodError) return { status: 400, code: 'invalid_request', errors: issuesOf(exception) };
  if (exception instanceof HttpException) return ofHttpException(exception);
  if (isHttpError(exception)) return ofHttpError(exception);
  return ofProblem(problemOf(exception));
}

/** The rest (refusals of streams, the storage, what nobody foresaw) is answered as the library's own routes do. */
function ofProblem({ status, code, detail, retryAfterMs, extra }: LibraryProblem): Refusal {
  return {
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    ...(extra === undefined ? {} : { extra }),
    headers: {
      ...(status === 401
        ? { 'WWW-Authenticate': code === 'missing_token' ? 'Bearer' : 'Bearer error="invalid_token"' }
        : {}),
      ...(retryAfterMs === undefined ? {} : { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }),
    },
  };
}

function ofHttpException(exception: HttpException): Refusal {
  const status = exception.getStatus();
  const body = exception.getResponse();
  const given: Readonly<Record<string, unknown>> = typeof body === 'object' ? { ...body } : {};
  const detail = typeof given['detail'] === 'string' ? given['detail'] : exception.message;
  return {
    status,
    code: typeof given['code'] === 'string' ? given['code'] : codeOfStatus(status),
    // The message of an unforeseen 5xx may tell internals.
    ...(status >= 500 && typeof given['code'] !== 'string' ? {} : { detail }),
    ...(Array.isArray(given['errors']) ? { errors: given['errors'] as NonNullable<Problem['errors']> } : {}),
    ...(status === 401 ? { headers: { 'WWW-Authenticate': 'Bearer' } } : {}),
  };
}

/** What Express and its body parsers throw. */
interface HttpError extends Error {
  readonly status: number;
  readonly expose: boolean;
  readonly type?: string;
}

function isHttpError(value: unknown): value is HttpError {
  return value instanceof Error && 'expose' in value && 'status' in value && typeof value.status === 'number';
}

const DETAIL_OF_BODY_FAULT: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'The body is not valid JSON.',
  'entity.too.large': 'The body is larger than 1 MiB.',
  'encoding.unsupported': 'This content encoding is not supported.',
  'charset.unsupported': 'This charset is not supported; use UTF-8.',
  'request.aborted': 'The body ended early.',
  'request.size.invalid': 'The body is not as long as Content-Length says.',
};

function ofHttpError(error: HttpError): Refusal {
  const detail = DETAIL_OF_BODY_FAULT[error.type ?? ''] ?? (error.expose ? 'The request cannot be read.' : undefined);
  return { status: error.status, code: codeOfStatus(error.status), ...(detail === undefined ? {} : { detail }) };
}

function issuesOf(error: ZodError): NonNullable<Problem['errors']> {
  return error.issues.slice(0, 50).map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
}
