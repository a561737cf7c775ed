import type { IncomingMessage } from 'node:http';
import type { Authenticator } from '../../seams/authenticator.js';
import type { Principal } from '@nest-herald/platform';
import { SseRefusal } from '../../vocabulary/refusal.js';
import { cookieOf, requireOwnOrigin } from './cookie-origin.js';
import { headerOf } from '@nest-herald/platform/http';
import { invalidTicket, type StreamTickets } from './stream-ticket.js';
import { invalidToken } from './token-claims.js';

/** Query parameters that would carry a token. */
const TOKEN_QUERY_NAMES = ['token', 'access_token'];
const TICKET_QUERY_NAME = 'ticket';
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/** What {@link Credentials} is made of. */
export interface CredentialDeps {
  readonly authenticator: Authenticator;
  readonly tickets: StreamTickets;
  /** Whether a token that is otherwise valid was revoked. An error refuses the request. */
  readonly isRevoked: (principal: Principal) => Promise<boolean>;
  readonly cookieName: string | false;
  readonly allowedOrigins: readonly string[];
  readonly allowQueryToken: boolean;
}

/** Authenticates requests. */
export class Credentials {
  constructor(private readonly deps: CredentialDeps) {}

  /**
   * Refuses a token in the URL before any other check. Access logs already contain it, and any other answer would teach clients
   * to send it.
   * @throws SseRefusal 400 `token_in_url`, which never contains the value.
   */
  refuseTokenInUrl(query: URLSearchParams): void {
    if (this.deps.allowQueryToken || !TOKEN_QUERY_NAMES.some((name) => query.has(name))) return;
    throw new SseRefusal(400, 'token_in_url', {
      detail:
        'The URL contains a token, which ends up in logs. Send it as "Authorization: Bearer", use the cookie, or request a ticket.',
    });
  }

  /**
   * Authenticates an ordinary request by `Authorization`, else by the cookie. A token in the URL is never accepted here.
   * @throws SseRefusal 401, 403 `origin_forbidden`.
   */
  async ofRequest(request: IncomingMessage): Promise<Principal> {
    const token = bearerOf(request);
    const principal = token === null ? await this.#cookie(request) : await this.#authenticate(token);
    if (principal === null) throw missingToken('Send "Authorization: Bearer <token>".');
    return principal;
  }

  /**
   * Authenticates a stream by `Authorization`, ticket, cookie, and the URL where that is allowed. A spent ticket beside a cookie
   * falls through to the cookie, because a browser's EventSource reconnects to the same URL.
   * @throws SseRefusal 401, 403 `origin_forbidden`.
   */
  async ofStream(request: IncomingMessage, query: URLSearchParams): Promise<Principal> {
    const token = bearerOf(request);
    if (token !== null) return await this.#authenticate(token);
    const principal = (await this.#ticketOrCookie(request, query)) ?? (await this.#queryToken(query));
    if (principal === null)
      throw missingToken('Send "Authorization: Bearer <token>", the session cookie, or a ticket.');
    return principal;
  }

  async #authenticate(token: string): Promise<Principal> {
    const principal = await this.deps.authenticator.authenticate(token);
    if (await this.deps.isRevoked(principal)) throw invalidToken('it was revoked');
    return principal;
  }

  async #ticketOrCookie(request: IncomingMessage, query: URLSearchParams): Promise<Principal | null> {
    const ticket = query.get(TICKET_QUERY_NAME);
    // HEAD must not change anything, and redeeming a ticket spends it.
    if (ticket === null || request.method === 'HEAD') return this.#cookie(request);
    try {
      const principal = await this.deps.tickets.redeem(ticket, headerOf(request, 'origin'));
      if (await this.deps.isRevoked(principal)) throw invalidTicket();
      return principal;
    } catch (error) {
      const isInvalid = error instanceof SseRefusal && error.code === 'invalid_ticket';
      const principal = isInvalid ? await this.#cookie(request) : null;
      if (principal === null) throw error;
      return principal;
    }
  }

  async #cookie(request: IncomingMessage): Promise<Principal | null> {
    const token = this.deps.cookieName === false ? null : cookieOf(request, this.deps.cookieName);
    if (token === null) return null;
    requireOwnOrigin(request, this.deps.allowedOrigins);
    return this.#authenticate(token);
  }

  async #queryToken(query: URLSearchParams): Promise<Principal | null> {
    if (!this.deps.allowQueryToken) return null;
    const token = TOKEN_QUERY_NAMES.map((name) => query.get(name)).find((value) => value !== null);
    return token === undefined || token === null ? null : this.#authenticate(token);
  }
}

/** @throws SseRefusal 401 `invalid_token` for a bearer that cannot be a token. */
function bearerOf(request: IncomingMessage): string | null {
  const header = headerOf(request, 'authorization');
  // Other schemes are ignored: a proxy may add its own Basic credentials beside the cookie.
  if (header === null || !/^Bearer\b/i.test(header)) return null;
  const token = BEARER.exec(header)?.[1];
  if (token === undefined) throw invalidToken('Authorization has no token after Bearer');
  return token;
}

function missingToken(detail: string): SseRefusal {
  return new SseRefusal(401, 'missing_token', { detail });
}
