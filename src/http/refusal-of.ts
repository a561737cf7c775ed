import { HttpException } from '@nestjs/common';
import { problemOf, SseError, SseRefusal } from '@nest-herald/sse';
import { ZodError } from 'zod';
import { codeOfStatus, type Problem, type Refusal } from './problem.js';

/** What PostgreSQL answers that is not a defect of ours, by SQLSTATE. */
const REFUSAL_OF_SQLSTATE: Readonly<Record<string, Refusal>> = {
  // Lock wait, statement time, serialisation, deadlock: the same request may succeed in a moment (api.md §2).
  ...Object.fromEntries(
    ['55P03', '57014', '40001', '40P01'].map((state) => [
      state,
      unavailable('busy', 'Somebody else is changing the same thing. Try again.'),
    ]),
  ),
  // The server is going down, starting, full, or out of reach.
  ...Object.fromEntries(
    ['57P01', '57P02', '57P03', '53300', '08000', '08003', '08006', 'ECONNREFUSED', 'ECONNRESET'].map((state) => [
      state,
      unavailable('unavailable', 'The database does not answer. Try again.'),
    ]),
  ),
  // U+0000 is legal in JSON and impossible in PostgreSQL's text.
  ...Object.fromEntries(
    ['22021', '22P05'].map((state) => [
      state,
      { status: 400, code: 'invalid_request', detail: 'The text holds a character that cannot be stored (U+0000).' },
    ]),
  ),
};

/** Turns whatever was thrown into a refusal; what nobody foresaw is a 500 without any detail. */
export function refusalOf(exception: unknown): Refusal {
  if (exception instanceof SseRefusal || exception instanceof SseError) return ofSse(exception);
  if (exception instanceof ZodError) return { status: 400, code: 'invalid_request', errors: issuesOf(exception) };
  if (exception instanceof HttpException) return ofHttpException(exception);
  if (isHttpError(exception)) return ofHttpError(exception);
  const known = REFUSAL_OF_SQLSTATE[sqlStateOf(exception)];
  return (
    known ?? {
      status: 500,
      code: 'internal_error',
      detail: 'Something failed on our side; the request id finds it in the log.',
    }
  );
}

/** What the library's own routes answer too. */
function ofSse(exception: SseRefusal | SseError): Refusal {
  const { status, code, detail, retryAfterMs, extra } = problemOf(exception);
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

/** TypeORM wraps the driver's error. */
function sqlStateOf(exception: unknown): string {
  if (typeof exception !== 'object' || exception === null) return '';
  const cause = 'driverError' in exception ? exception.driverError : exception;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
}

function unavailable(code: string, detail: string): Refusal {
  return { status: 503, code, detail, headers: { 'Retry-After': '1' } };
}
