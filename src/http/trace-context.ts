import { AsyncLocalStorage } from 'node:async_hooks';
import type { NextFunction, Request, Response } from 'express';

const current = new AsyncLocalStorage<string>();

/**
 * Keeps the W3C `traceparent` of a request while the request is handled, so that the events which it publishes carry it
 * into the log. The broker drops a malformed one. Requests without one cost nothing.
 */
export function traceContext(request: Request, _response: Response, next: NextFunction): void {
  const given = request.headers['traceparent'];
  if (typeof given === 'string') current.run(given, next);
  else next();
}

/** The `traceparent` of the current request. */
export function currentTraceparent(): string | undefined {
  return current.getStore();
}
