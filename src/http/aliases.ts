import type { NextFunction, Request, Response } from 'express';

/** Older paths of operations, and where they are served. The stream's own aliases belong to `SseModule`. */
export const ALIASES: Readonly<Record<string, string>> = { '/debug/sse-stats': '/api/v1/sse/stats' };

/** Lets an alias be the same operation in every respect: guard, answer, refusals. */
export function aliases(request: Request, _response: Response, next: NextFunction): void {
  const target = ALIASES[request.path];
  if (target !== undefined) request.url = target + request.url.slice(request.path.length);
  next();
}
