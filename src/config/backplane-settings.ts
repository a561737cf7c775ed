import type { ConfigurationFault } from './configuration-error.js';
import type { BackplaneSettings } from './settings.js';
import type { Values } from './variables.js';

/** Which variable has the address of a server, how it looks, and what it may begin with. */
const SERVERS = {
  redis: { variable: 'REDIS_URL', example: 'redis://user:password@host:6379', schemes: ['redis:', 'rediss:'] },
  nats: { variable: 'NATS_URL', example: 'nats://user:password@host:4222', schemes: ['nats:', 'tls:'] },
} as const;

/** Reads what carries hints between nodes. The address of a server that is not used is not looked at: others may use the same variable. */
export function backplaneSettings(values: Values, faults: ConfigurationFault[]): BackplaneSettings {
  const kind = values.SSE_BACKPLANE;
  if (kind !== 'redis' && kind !== 'nats') return { kind };
  const { variable, example, schemes } = SERVERS[kind];
  const url = values[variable];
  const prefix = values.SSE_BACKPLANE_PREFIX ?? 'herald';
  if (url === undefined) {
    faults.push({
      name: variable,
      message: `is missing; SSE_BACKPLANE=${kind} needs it: ${example}. Set it, or leave SSE_BACKPLANE out (default postgres, which also serves several nodes).`,
    });
    return { kind, url: '', prefix };
  }
  const words = kind === 'nats' ? url.split(',').map((word) => word.trim()) : [url];
  if (!words.every((word) => isServerUrl(word, schemes))) {
    faults.push({
      name: variable,
      message: `must be a URL like ${example} (${schemes[1]}// with TLS)${kind === 'nats' ? ', or several separated by commas' : ''}; special characters in the password must be percent-encoded.`,
    });
  }
  return { kind, url, prefix };
}

/** Where the servers are, for a log: no user, no password. */
export function serversOf(url: string): string {
  return url
    .split(',')
    .map((word) => new URL(word.trim()).host)
    .join(', ');
}

function isServerUrl(word: string, schemes: readonly string[]): boolean {
  return URL.canParse(word) && schemes.includes(new URL(word).protocol) && new URL(word).host !== '';
}
