import type { NextFunction, Request, Response } from 'express';

/** Older paths, and the paths that serve them. `SseModule` serves the aliases of the stream itself. */
export const ALIASES: Readonly<Record<string, string>> = { '/debug/sse-stats': '/api/v1/sse/stats' };

/** Rewrites the path of an alias, so guards, answers and refusals are those of the operation. */
export function rewriteAliases(request: Request, _response: Response, next: NextFunction): void {
  const target = ALIASES[request.path];
  if (target !== undefined) request.url = target + request.url.slice(request.path.length);
  next();
}
