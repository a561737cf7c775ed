import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigurationError } from './configuration-error.js';
import { readSettings } from './read-settings.js';

const SECRET = 'a secret of more than thirty-two bytes!';

describe('readSettings', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'herald-settings-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  const read = (env: Record<string, string>) => readSettings({ DATA_DIR: dataDir, ...env });
  function faultsOf(env: Record<string, string>): Record<string, string> {
    try {
      read(env);
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigurationError);
      const { faults } = error as ConfigurationError;
      return Object.fromEntries(faults.map((fault) => [fault.name, fault.message]));
    }
    throw new Error('expected a ConfigurationError');
  }

  it('fills in the documented defaults', () => {
    const settings = read({ JWT_SECRET: SECRET });
    expect(settings).toMatchObject({
      production: false,
      port: 3000,
      host: '127.0.0.1',
      demo: true,
      demoCompany: true,
      database: { convert: false },
      sse: {
        backplane: { kind: 'postgres' },
        shards: 1,
        heartbeatMs: 15_000,
        replayMaxEvents: 1_000,
        replayMaxAgeHours: 168,
        maxConnections: 0,
        maxConnectionsPerTenant: 20_000,
        maxConnectionsPerUser: 10,
        connectsPerMinute: 120,
        allowQueryToken: false,
        cookieName: 'herald_session',
      },
      corsOrigins: [],
      trustProxy: false,
      drainMs: 10_000,
      logLevel: 'log',
    });
  });

  it('reports every mistake at once, each with its remedy', () => {
    const faults = faultsOf({
      PORT: 'http',
      SSE_HEARTBEAT_MS: '10',
      SSE_MAX_CONECTIONS: '5',
      HERALD_FANCY: '1',
      JWT_SECRET: 'short',
      LOG_LEVEL: 'loud',
      CORS_ORIGINS: '*',
      TRUST_PROXY: '10.0.0.0/99',
      DEMO: 'maybe',
    });
    expect(Object.keys(faults).sort()).toEqual(
      [
        'CORS_ORIGINS',
        'DEMO',
        'HERALD_FANCY',
        'JWT_SECRET',
        'LOG_LEVEL',
        'PORT',
        'SSE_HEARTBEAT_MS',
        'SSE_MAX_CONECTIONS',
        'TRUST_PROXY',
      ].sort(),
    );
    expect(faults['PORT']).toBe(
      'is "http"; must be a whole number from 0 to 65535. Correct it or remove it (default 3000).',
    );
    expect(faults['SSE_MAX_CONECTIONS']).toContain('Did you mean SSE_MAX_CONNECTIONS?');
    expect(faults['JWT_SECRET']).toContain('openssl rand');
  });

  it('refuses an unknown backplane and lists the known ones', () => {
    expect(faultsOf({ SSE_BACKPLANE: 'kafka' })['SSE_BACKPLANE']).toContain('one of postgres, memory, redis, nats');
  });

  it.each([
    ['redis', 'REDIS_URL'],
    ['nats', 'NATS_URL'],
  ])('refuses the backplane %s without a valid server URL, and never repeats the URL', (kind, name) => {
    expect(faultsOf({ SSE_BACKPLANE: kind })).toEqual({
      [name]: expect.stringContaining(`SSE_BACKPLANE=${kind} needs it`),
    });
    for (const url of ['hunter2', 'http://ann:hunter2@host', `${kind}://`]) {
      const faults = faultsOf({ SSE_BACKPLANE: kind, [name]: url });
      expect(faults).toEqual({ [name]: expect.stringContaining(`must be a URL like ${kind}://`) });
      expect(JSON.stringify(faults)).not.toContain('hunter2');
    }
    // Another program may use the variable while this backplane is not chosen.
    expect(read({ JWT_SECRET: SECRET, [name]: 'hunter2' }).sse.backplane).toEqual({ kind: 'postgres' });
  });

  it('refuses a channel prefix with characters that Redis or NATS interpret', () => {
    for (const prefix of ['a.b', 'a:b', '*', '>', 'a b']) {
      expect(faultsOf({ SSE_BACKPLANE_PREFIX: prefix })).toHaveProperty('SSE_BACKPLANE_PREFIX');
    }
  });

  it.each(['*', 'null', 'https://erp.example.com/', 'erp.example.com', 'https://*.example.com', 'file:///etc'])(
    'refuses %s as a CORS origin',
    (origin) => {
      expect(faultsOf({ CORS_ORIGINS: `https://good.example.com,${origin}` })).toHaveProperty('CORS_ORIGINS');
    },
  );

  it('never repeats a secret in a message', () => {
    const secrets = {
      JWT_SECRET: 'canary-jwt',
      DATABASE_URL: 'mysql://root:canary-db@host/db',
      SMTP_URL: 'http://user:canary-mail@host',
    };
    try {
      read(secrets);
    } catch (error) {
      expect((error as ConfigurationError).faults).toHaveLength(3);
      expect((error as Error).message).not.toContain('canary');
      return;
    }
    throw new Error('expected a ConfigurationError');
  });

  it('refuses production without a database and without keys to verify tokens', () => {
    const faults = faultsOf({ NODE_ENV: 'production' });
    expect(Object.keys(faults).sort()).toEqual(['DATABASE_URL', 'JWT_SECRET']);
  });

  it('refuses the demo sign-in in production', () => {
    const production = { NODE_ENV: 'production', JWT_SECRET: SECRET, DATABASE_URL: 'postgres://u:p@db/herald' };
    expect(read(production)).toMatchObject({ production: true, demo: false, host: '0.0.0.0' });
    expect(faultsOf({ ...production, DEMO: 'true' })).toHaveProperty('DEMO');
  });

  it('refuses an unknown NODE_ENV instead of running without production checks', () => {
    expect(faultsOf({ NODE_ENV: 'prod' })['NODE_ENV']).toContain('development, test, production');
  });

  it('generates a secret on the first start and stores it, readable only by its owner', () => {
    const first = read({}).jwt.keys;
    const second = read({}).jwt.keys;
    expect(first).toEqual(second);
    expect(statSync(join(dataDir, 'jwt-secret')).mode & 0o777).toBe(0o600);
  });

  it('refuses a stored secret that is too short', () => {
    writeFileSync(join(dataDir, 'jwt-secret'), 'short');
    expect(faultsOf({})).toHaveProperty('JWT_SECRET');
  });

  it('allows only the algorithms of the given key', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(read({ JWT_PUBLIC_KEY: pem.replaceAll('\n', '\\n') })).toMatchObject({
      demo: false,
      jwt: { algorithms: ['ES256'], keys: { kind: 'public-key' } },
    });
    expect(faultsOf({ JWT_PUBLIC_KEY: pem, JWT_ALGORITHMS: 'HS256' })).toHaveProperty('JWT_ALGORITHMS');
    const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(faultsOf({ JWT_PUBLIC_KEY: privatePem })).toHaveProperty('JWT_PUBLIC_KEY');
  });

  it('refuses two sources of keys', () => {
    expect(faultsOf({ JWT_SECRET: SECRET, JWT_JWKS_URI: 'https://id.example.com/jwks' })).toHaveProperty(
      'JWT_JWKS_URI',
    );
  });

  it('treats an empty variable as an absent one', () => {
    expect(read({ PORT: '', CORS_ORIGINS: ' ', METRICS_TOKEN: '' })).toMatchObject({ port: 3000, corsOrigins: [] });
  });

  it.each([
    ['2', 2],
    ['true', true],
    ['loopback, 10.1.0.0/16', ['loopback', '10.1.0.0/16']],
  ])('reads TRUST_PROXY=%s', (given, expected) => {
    expect(read({ TRUST_PROXY: given }).trustProxy).toEqual(expected);
  });
});
