import type { IncomingMessage } from 'node:http';
import { SseRefusal } from '../../vocabulary/refusal.js';
import { headerOf } from '@nest-herald/platform/http';

/** Reads a cookie, the first of several with the same name. Browsers order them by path length, so it is the most specific. */
export function cookieOf(request: IncomingMessage, name: string): string | null {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const equals = pair.indexOf('=');
    if (equals !== -1 && pair.slice(0, equals).trim() === name) {
      const value = pair.slice(equals + 1).trim();
      return value === '' ? null : value;
    }
  }
  return null;
}

/**
 * Prevents other sites from using a cookie that the browser adds by itself. A same-origin EventSource sends
 * neither header, so a request without them is accepted; SameSite=Lax protects browsers that send none.
 *
 * An origin on the allow-list is accepted whatever `Sec-Fetch-Site` says: the operator listed it to accept it.
 * @throws SseRefusal 403 `origin_forbidden`.
 */
export function requireOwnOrigin(request: IncomingMessage, allowedOrigins: readonly string[]): void {
  const origin = headerOf(request, 'origin');
  if (origin !== null) {
    if (allowedOrigins.includes(origin)) return;
    if (!isOwn(origin, request.headers.host))
      throw forbidden(`The page is from the origin ${JSON.stringify(origin.slice(0, 200))}`);
  }
  const site = headerOf(request, 'sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') throw forbidden('The page is from another site');
}

/** Compares host and port only: behind a proxy that terminates TLS, the process does not see the scheme. */
function isOwn(origin: string, host: string | undefined): boolean {
  if (host === undefined || !URL.canParse(origin)) return false;
  const url = new URL(origin);
  return (
    (url.protocol === 'https:' || url.protocol === 'http:') && url.origin === origin && url.host === host.toLowerCase()
  );
}

function forbidden(fact: string): SseRefusal {
  return new SseRefusal(403, 'origin_forbidden', {
    detail: `${fact}, which may not use the session cookie here. If it should, add it to the allowed origins.`,
  });
}
