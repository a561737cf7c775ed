import type { SignInResponse } from '../api/demo-api.js';
import { Observed } from '../reactive/observed.js';

/** Who is signed in, for display only. The token stays in the HttpOnly cookie, which no script can read. */
export interface Session {
  readonly userId: string;
  readonly tenantId: string;
  readonly tenantName: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly expiresAt: string;
}

const STORAGE_KEY = 'herald.session';

/**
 * The session of this browser. All tabs share the cookie, so they must show the same person. A sign-in or sign-out in one
 * tab therefore applies to all (`storage` events). Otherwise a page could show the inbox of one tenant over the stream of
 * another.
 */
export class SessionStore extends Observed {
  #session: Session | null = read();

  constructor() {
    super();
    window.addEventListener('storage', (event) => {
      if (event.key !== STORAGE_KEY && event.key !== null) return;
      this.#session = read();
      this.changed();
    });
  }

  get current(): Session | null {
    return this.#session;
  }

  begin(session: Session): void {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(session));
    this.#session = session;
    this.changed();
  }

  end(): void {
    localStorage.removeItem(STORAGE_KEY);
    this.#session = null;
    this.changed();
  }
}

/** Builds the session from a sign-in. Permissions come from the token's claims and only decide which buttons to show. */
export function sessionOf(response: SignInResponse, tenantName: string): Session {
  const { user } = response;
  return {
    userId: user.id,
    tenantId: user.tenantId,
    tenantName,
    name: user.name,
    roles: user.roles,
    permissions: permissionsIn(response.accessToken),
    expiresAt: response.expiresAt,
  };
}

/**
 * Whether the page should offer something. The service checks again. The role `admin` has every permission in its own
 * tenant.
 */
export function isPermitted(session: Pick<Session, 'roles' | 'permissions'>, permission: string): boolean {
  const group = `${permission.split(':')[0]}:*`;
  return session.roles.includes('admin') || session.permissions.some((held) => held === permission || held === group);
}

function permissionsIn(token: string): readonly string[] {
  try {
    const claims: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')));
    const permissions = (claims as { readonly permissions?: unknown }).permissions;
    return Array.isArray(permissions) ? permissions.filter((value) => typeof value === 'string') : [];
  } catch {
    // An opaque token: the page offers less than the service would allow.
    return [];
  }
}

function read(): Session | null {
  try {
    const session = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null') as Session | null;
    return session !== null && Date.parse(session.expiresAt) > Date.now() ? session : null;
  } catch {
    // Written by an older version of the page. The person signs in again.
    return null;
  }
}
