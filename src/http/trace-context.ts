import { AsyncLocalStorage } from 'node:async_hooks';
import { isTraceparent } from '@nest-herald/sse';
import type { NextFunction, Request, Response } from 'express';

const current = new AsyncLocalStorage<string>();

/**
 * Remembers the W3C `traceparent` that a request came with while it is worked on, so that events published meanwhile carry it
 * into the log. A header that has not the form of one is ignored; requests without one cost nothing.
 */
export function traceContext(request: Request, _response: Response, next: NextFunction): void {
  const given = request.headers['traceparent'];
  if (isTraceparent(given)) current.run(given, next);
  else next();
}

/** The `traceparent` of the request that is worked on. */
export function currentTraceparent(): string | undefined {
  return current.getStore();
}
