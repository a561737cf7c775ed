import type { SignInAnswer } from '../api/demo-api.js';
import { Observed } from '../reactive/observed.js';

/** Who is signed in, for display only: the token itself stays in the HttpOnly cookie, out of reach of any script. */
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
 * The session of this browser. The cookie is shared by all tabs, so all tabs must show the same person: a sign-in or
 * sign-out in one tab is followed by the others (`storage` events), or a page would show one company's inbox over
 * another company's stream.
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

/** Makes the session out of a sign-in; the permissions are read from the token's claims and only hide buttons. */
export function sessionOf(answer: SignInAnswer, tenantName: string): Session {
  const { user } = answer;
  return {
    userId: user.id,
    tenantId: user.tenantId,
    tenantName,
    name: user.name,
    roles: user.roles,
    permissions: permissionsIn(answer.accessToken),
    expiresAt: answer.expiresAt,
  };
}

/** Whether the page offers something; the service decides by itself. Role `admin` may all of its own tenant (api.md §2). */
export function may(session: Pick<Session, 'roles' | 'permissions'>, permission: string): boolean {
  const group = `${permission.split(':')[0]}:*`;
  return session.roles.includes('admin') || session.permissions.some((held) => held === permission || held === group);
}

function permissionsIn(token: string): readonly string[] {
  try {
    const claims: unknown = JSON.parse(atob((token.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/')));
    const permissions = (claims as { readonly permissions?: unknown }).permissions;
    return Array.isArray(permissions) ? permissions.filter((value) => typeof value === 'string') : [];
  } catch {
    // Not a token that we can read: the page then offers less than the service would allow.
    return [];
  }
}

function read(): Session | null {
  try {
    const session = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null') as Session | null;
    return session !== null && Date.parse(session.expiresAt) > Date.now() ? session : null;
  } catch {
    // Written by an older version of the page: sign in again.
    return null;
  }
}
