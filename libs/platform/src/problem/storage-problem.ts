import type { Problem } from './problem.js';

/** SQLSTATEs and socket errors of a storage that is unreachable, starting, stopping, full or too slow. */
const UNAVAILABLE: ReadonlySet<unknown> = new Set(
  (
    '08000 08001 08003 08004 08006 53300 55000 57P01 57P02 57P03 57P05 ' +
    'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT ENOTFOUND EHOSTUNREACH'
  ).split(' '),
);

/** A lock time-out, deadlock or serialisation failure; a retry may succeed. */
const BUSY: ReadonlySet<unknown> = new Set(['40001', '40P01', '55P03', '57014']);

/** Text that no column can store, such as one with a NUL. */
const UNSTORABLE_TEXT: ReadonlySet<unknown> = new Set(['22021', '22P05']);

const RETRY_AFTER_MS = 2_000;

/**
 * Recognises a transient error of a database, so that a browser's EventSource retries. Drivers and mappers set the code on the
 * error or on `driverError`; a broken connection of `pg` has only its message.
 * @returns null for any other error.
 */
export function problemOfStorage(error: unknown): Problem | null {
  const cause = error instanceof Error && 'driverError' in error ? error.driverError : error;
  if (!(cause instanceof Error)) return null;
  const code = 'code' in cause ? cause.code : undefined;
  if (BUSY.has(code)) {
    return { status: 503, code: 'busy', detail: 'Another request is changing the same data. Retry in a moment.' };
  }
  if (UNSTORABLE_TEXT.has(code)) {
    return {
      status: 400,
      code: 'invalid_request',
      detail: 'The request contains text with a NUL character. Remove it.',
    };
  }
  if (
    !UNAVAILABLE.has(code) &&
    !/^(Connection terminated|timeout exceeded when trying to connect)/.test(cause.message)
  ) {
    return null;
  }
  return {
    status: 503,
    code: 'at_capacity',
    detail: 'The storage is not answering. Retry in a moment.',
    retryAfterMs: RETRY_AFTER_MS,
  };
}
