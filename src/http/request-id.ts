import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

/** Header that carries the id of a request, in both directions. */
export const REQUEST_ID_HEADER = 'x-request-id';

const ACCEPTED = /^[A-Za-z0-9._-]{8,64}$/;

/**
 * Assigns an id to every request and repeats it in the answer, in problem documents and in log lines. An id from a proxy
 * is kept when it is short and plain. Any other value could forge a log line and is replaced.
 */
export function requestId(request: Request, response: Response, next: NextFunction): void {
  const given = request.headers[REQUEST_ID_HEADER];
  const id = typeof given === 'string' && ACCEPTED.test(given) ? given : randomUUID();
  request.headers[REQUEST_ID_HEADER] = id;
  response.setHeader('X-Request-Id', id);
  next();
}

/** The id that {@link requestId} assigned. */
export function requestIdOf(request: Request): string {
  return String(request.headers[REQUEST_ID_HEADER] ?? '');
}
