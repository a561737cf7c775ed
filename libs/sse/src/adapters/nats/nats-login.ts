/** How to reach a NATS cluster; the driver wants addresses and credentials separately. */
export interface NatsLogin {
  /** `host:port` of each server. */
  readonly servers: readonly string[];
  readonly tls: boolean;
  readonly user?: string;
  readonly password?: string;
  /** A user without password. */
  readonly token?: string;
}

const DEFAULT_PORT = '4222';

/** Parses `nats://user:password@host:4222,nats://other:4222`. @returns null for anything else. */
export function natsLogin(text: string): NatsLogin | null {
  const urls = text.split(',').map((url) => url.trim());
  const servers: string[] = [];
  const schemes = new Set<string>();
  const logins = new Map<string, { readonly user: string; readonly password: string }>();
  for (const url of urls) {
    if (!URL.canParse(url)) return null;
    const { protocol, hostname, port, username, password, pathname, search } = new URL(url);
    if (!['nats:', 'tls:'].includes(protocol) || hostname === '' || !['', '/'].includes(pathname) || search !== '')
      return null;
    schemes.add(protocol);
    servers.push(`${hostname}:${port || DEFAULT_PORT}`);
    const login = decoded(username, password);
    if (login === null) return null;
    if (username !== '') logins.set(JSON.stringify(login), login);
  }
  // The driver supports one login and one scheme for all servers.
  if (logins.size > 1 || schemes.size !== 1) return null;
  const [login] = logins.values();
  return {
    servers,
    tls: schemes.has('tls:'),
    ...(login === undefined
      ? {}
      : login.password === ''
        ? { token: login.user }
        : { user: login.user, password: login.password }),
  };
}

function decoded(username: string, password: string): { readonly user: string; readonly password: string } | null {
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    // A stray percent sign.
    return null;
  }
}
