import { resolve } from 'node:path';
import type { z } from 'zod';
import { backplaneSettings } from './backplane-settings.js';
import { ConfigurationError, type ConfigurationFault } from './configuration-error.js';
import { storedJwtSecret } from './jwt-secret-file.js';
import { jwtSettings } from './jwt-settings.js';
import type { Settings } from './settings.js';
import { unknownNames } from './unknown-names.js';
import { SECRETS, VARIABLES, type Values } from './variables.js';

/**
 * Reads the environment into {@link Settings}. Outside production it generates a missing signing secret and stores it in
 * `DATA_DIR`; it writes nothing else.
 *
 * @throws ConfigurationError with all mistakes, each with its remedy and without secrets.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const faults: ConfigurationFault[] = unknownNames(Object.keys(env), Object.keys(VARIABLES));
  const values = readValues(env, faults);
  const production = values.NODE_ENV === 'production';
  const verified = jwtSettings(values, production, faults);
  const backplane = backplaneSettings(values, faults);
  const demo = readDemo(values, production, faults);
  if (production) checkProduction(values, faults);
  const dataDir = resolve(values.DATA_DIR ?? '.herald');
  if (faults.length > 0) throw new ConfigurationError(faults);

  const jwt = verified ?? {
    keys: { kind: 'secret' as const, secret: storedJwtSecret(dataDir) },
    algorithms: ['HS256'],
    ...(values.JWT_ISSUER === undefined ? {} : { issuer: values.JWT_ISSUER }),
    ...(values.JWT_AUDIENCE === undefined ? {} : { audience: values.JWT_AUDIENCE }),
  };
  return Object.freeze({
    production,
    port: values.PORT,
    host: values.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    demo,
    demoCompany: demo && values.DEMO_COMPANY,
    dataDir,
    database: {
      ...(values.DATABASE_URL === undefined ? {} : { url: values.DATABASE_URL }),
      ...(values.DATABASE_MIGRATION_URL === undefined ? {} : { migrationUrl: values.DATABASE_MIGRATION_URL }),
      ...(values.DATABASE_LISTEN_URL === undefined ? {} : { listenUrl: values.DATABASE_LISTEN_URL }),
      convert: values.DATABASE_CONVERT,
    },
    jwt,
    sse: {
      backplane,
      shards: values.SSE_SHARDS,
      heartbeatMs: values.SSE_HEARTBEAT_MS,
      replayMaxEvents: values.SSE_REPLAY_MAX_EVENTS,
      replayMaxAgeHours: values.SSE_REPLAY_MAX_AGE_HOURS,
      maxConnections: values.SSE_MAX_CONNECTIONS,
      maxConnectionsPerTenant: values.SSE_MAX_CONNECTIONS_PER_TENANT,
      maxConnectionsPerUser: values.SSE_MAX_CONNECTIONS_PER_USER,
      connectsPerMinute: values.SSE_CONNECTS_PER_MINUTE,
      allowQueryToken: values.SSE_ALLOW_QUERY_TOKEN,
      cookieName: values.SSE_COOKIE_NAME ?? 'herald_session',
    },
    corsOrigins: values.CORS_ORIGINS,
    trustProxy: trustProxyOf(values.TRUST_PROXY),
    ...(values.METRICS_TOKEN === undefined ? {} : { metricsToken: values.METRICS_TOKEN }),
    ...(values.SMTP_URL === undefined ? {} : { smtpUrl: values.SMTP_URL }),
    drainMs: values.DRAIN_MS,
    logLevel: values.LOG_LEVEL,
  } satisfies Settings);
}

/** Checks each variable separately, so one mistake hides no other. A faulty variable counts as absent afterwards. */
function readValues(env: Readonly<Record<string, string | undefined>>, faults: ConfigurationFault[]): Values {
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries<z.ZodType>(VARIABLES)) {
    const result = schema.safeParse(env[name]);
    if (!result.success) {
      const shown = SECRETS.has(name) ? '' : `is ${JSON.stringify(env[name])}; `;
      faults.push({ name, message: shown + result.error.issues.map((issue) => issue.message).join(' ') });
    }
    values[name] = result.success ? result.data : schema.parse(undefined);
  }
  return values as Values;
}

function readDemo(values: Values, production: boolean, faults: ConfigurationFault[]): boolean {
  const wanted = values.DEMO === undefined ? undefined : ['true', '1'].includes(values.DEMO.toLowerCase());
  if (wanted === true && production) {
    faults.push({
      name: 'DEMO',
      message: 'is on, but in production it would let anyone sign in as anyone. Remove it.',
    });
  }
  const canSign = values.JWT_PUBLIC_KEY === undefined && values.JWT_JWKS_URI === undefined;
  if (wanted === true && !canSign) {
    faults.push({
      name: 'DEMO',
      message: 'is on, but the demo sign-in needs a secret to sign tokens. Use JWT_SECRET, or set DEMO=false.',
    });
  }
  return wanted ?? (!production && canSign);
}

function checkProduction(values: Values, faults: ConfigurationFault[]): void {
  if (values.DATABASE_URL === undefined && !faults.some((fault) => fault.name === 'DATABASE_URL')) {
    faults.push({
      name: 'DATABASE_URL',
      message:
        'is missing; production needs your own PostgreSQL (15 or newer): postgres://user:password@host:5432/database',
    });
  }
  const hasKeys = [values.JWT_SECRET, values.JWT_PUBLIC_KEY, values.JWT_JWKS_URI].some((value) => value !== undefined);
  if (!hasKeys && !faults.some((fault) => fault.name.startsWith('JWT_'))) {
    faults.push({
      name: 'JWT_SECRET',
      message:
        'is missing; production needs JWT_SECRET (32 bytes or more), JWT_PUBLIC_KEY or JWT_JWKS_URI to verify tokens.',
    });
  }
}

function trustProxyOf(value: string | undefined): Settings['trustProxy'] {
  if (value === undefined || value.toLowerCase() === 'false') return false;
  if (value.toLowerCase() === 'true') return true;
  return /^\d+$/.test(value) ? Number(value) : value.split(',').map((entry) => entry.trim());
}
