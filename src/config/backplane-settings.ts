import type { ConfigurationFault } from './configuration-error.js';
import type { BackplaneSettings } from './settings.js';
import type { Values } from './variables.js';

/** For each engine with a server of its own: the variable with its URL, an example, and the accepted schemes. */
const SERVERS = {
  redis: { variable: 'REDIS_URL', example: 'redis://user:password@host:6379', schemes: ['redis:', 'rediss:'] },
  nats: { variable: 'NATS_URL', example: 'nats://user:password@host:4222', schemes: ['nats:', 'tls:'] },
} as const;

/**
 * Reads which backplane carries the hints between servers. The URL of an engine that is not chosen is not checked: other
 * programs may use the same variable.
 */
export function backplaneSettings(values: Values, faults: ConfigurationFault[]): BackplaneSettings {
  const kind = values.SSE_BACKPLANE;
  if (kind !== 'redis' && kind !== 'nats') return { kind };
  const { variable, example, schemes } = SERVERS[kind];
  const url = values[variable];
  const prefix = values.SSE_BACKPLANE_PREFIX ?? 'herald';
  if (url === undefined) {
    faults.push({
      name: variable,
      message: `is missing; SSE_BACKPLANE=${kind} needs it: ${example}. Set it, or remove SSE_BACKPLANE (default postgres, which also serves several servers).`,
    });
    return { kind, url: '', prefix };
  }
  const urls = kind === 'nats' ? url.split(',').map((entry) => entry.trim()) : [url];
  if (!urls.every((entry) => isServerUrl(entry, schemes))) {
    faults.push({
      name: variable,
      message: `must be a URL like ${example} (${schemes[1]}// with TLS)${kind === 'nats' ? ', or several separated by commas' : ''}; special characters in the password must be percent-encoded.`,
    });
  }
  return { kind, url, prefix };
}

/** Hosts of the URLs, for a log: without user and password. */
export function serversOf(url: string): string {
  return url
    .split(',')
    .map((entry) => new URL(entry.trim()).host)
    .join(', ');
}

function isServerUrl(text: string, schemes: readonly string[]): boolean {
  return URL.canParse(text) && schemes.includes(new URL(text).protocol) && new URL(text).host !== '';
}
