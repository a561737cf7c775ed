import { isIP } from 'node:net';
import type { z } from 'zod';
import { choice, flag, integer, list, text, url } from './environment-value.js';
import { BACKPLANES, LOG_LEVELS } from './settings.js';

const LIMIT = { min: 0, max: 10_000_000 };
const ALGORITHM = /^[A-Z][A-Za-z0-9]{2,7}$/;
const COOKIE_NAME = /^[A-Za-z0-9_-]{1,64}$/;
const CHANNEL_PREFIX = /^[A-Za-z0-9_-]{1,64}$/;
const ENVIRONMENTS = ['development', 'test', 'production'] as const;

/** Every variable that the service reads, with its default and its check. */
export const VARIABLES = {
  PORT: integer({ min: 0, max: 65_535, fallback: 3000 }),
  HOST: text(),
  NODE_ENV: choice(ENVIRONMENTS, 'development'),
  DEMO: text((value) => /^(true|false|1|0)$/i.test(value), 'must be true or false. Correct it or remove it.'),
  DEMO_COMPANY: flag(true),
  DATA_DIR: text(),
  DATABASE_URL: url('postgres:', 'postgresql:'),
  DATABASE_MIGRATION_URL: url('postgres:', 'postgresql:'),
  DATABASE_LISTEN_URL: url('postgres:', 'postgresql:'),
  DATABASE_CONVERT: flag(false),
  JWT_SECRET: text(),
  JWT_PUBLIC_KEY: text(),
  JWT_JWKS_URI: url('https:', 'http:'),
  JWT_ISSUER: text(),
  JWT_AUDIENCE: text(),
  JWT_ALGORITHMS: list((name) => ALGORITHM.test(name), 'must be names like RS256, separated by commas.'),
  SSE_BACKPLANE: choice(BACKPLANES, 'postgres'),
  SSE_BACKPLANE_PREFIX: text(
    (value) => CHANNEL_PREFIX.test(value),
    'must be 1 to 64 characters from A-Z a-z 0-9 _ -. Correct it or remove it (default herald).',
  ),
  REDIS_URL: text(),
  NATS_URL: text(),
  SSE_SHARDS: integer({ min: 1, max: 64, fallback: 1 }),
  SSE_HEARTBEAT_MS: integer({ min: 5_000, max: 300_000, fallback: 15_000, alsoZero: 'off' }),
  SSE_REPLAY_MAX_EVENTS: integer({ min: 0, max: 100_000, fallback: 1_000 }),
  SSE_REPLAY_MAX_AGE_HOURS: integer({ min: 0, max: 8_760, fallback: 168 }),
  SSE_MAX_CONNECTIONS: integer({ ...LIMIT, fallback: 0 }),
  SSE_MAX_CONNECTIONS_PER_TENANT: integer({ ...LIMIT, fallback: 20_000 }),
  SSE_MAX_CONNECTIONS_PER_USER: integer({ ...LIMIT, fallback: 10 }),
  SSE_CONNECTS_PER_MINUTE: integer({ ...LIMIT, fallback: 120 }),
  SSE_ALLOW_QUERY_TOKEN: flag(false),
  SSE_COOKIE_NAME: text(
    (value) => COOKIE_NAME.test(value),
    'must be 1 to 64 characters from A-Z a-z 0-9 _ -. Correct it or remove it (default herald_session).',
  ),
  CORS_ORIGINS: list(
    isOrigin,
    'must be origins like https://erp.example.com (scheme, host and port, no path), separated by commas; * and null are refused, because browsers send the session cookie with these requests.',
  ),
  TRUST_PROXY: text(
    isTrustProxy,
    'must be true, false, the number of proxies in front of the service, or their addresses (10.0.0.0/8, loopback), separated by commas.',
  ),
  METRICS_TOKEN: text(),
  SMTP_URL: url('smtp:', 'smtps:'),
  DRAIN_MS: integer({ min: 0, max: 600_000, fallback: 10_000 }),
  LOG_LEVEL: choice(LOG_LEVELS, 'log'),
} satisfies Record<string, z.ZodType>;

type VariableName = keyof typeof VARIABLES;
/** The values of the variables, each checked separately. */
export type Values = { readonly [Name in VariableName]: z.infer<(typeof VARIABLES)[Name]> };

/** Variables whose value no error text repeats. */
export const SECRETS: ReadonlySet<string> = new Set<VariableName>([
  'DATABASE_URL',
  'DATABASE_MIGRATION_URL',
  'DATABASE_LISTEN_URL',
  'JWT_SECRET',
  'JWT_PUBLIC_KEY',
  'JWT_JWKS_URI',
  'REDIS_URL',
  'NATS_URL',
  'METRICS_TOKEN',
  'SMTP_URL',
]);

function isOrigin(value: string): boolean {
  if (value.includes('*') || !URL.canParse(value)) return false;
  const { origin, protocol } = new URL(value);
  return origin === value && (protocol === 'https:' || protocol === 'http:');
}

function isTrustProxy(value: string): boolean {
  if (/^(true|false|\d{1,2})$/i.test(value)) return true;
  return value.split(',').every((entry) => {
    const [address = '', bits] = entry.trim().split('/');
    if (bits === undefined && ['loopback', 'linklocal', 'uniquelocal'].includes(address)) return true;
    const family = isIP(address);
    return (
      family !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)))
    );
  });
}
