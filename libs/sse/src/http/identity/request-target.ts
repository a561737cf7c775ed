import { type PlatformRequest, rawRequest } from '@nest-herald/platform/http';

/** Path and query as the client sent them, even after a router cut off a prefix. */
export function requestTarget(request: PlatformRequest): string {
  const original = (request as { originalUrl?: unknown }).originalUrl;
  return typeof original === 'string' ? original : (rawRequest(request).url ?? '/');
}

/** The query of a request target, read by the plain parser, so that no `a[b]=c` becomes an object. */
export function queryOf(target: string): URLSearchParams {
  const start = target.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : target.slice(start + 1));
}
