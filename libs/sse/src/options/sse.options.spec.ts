import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { PlatformError } from '@nest-herald/platform';
import { resolveSseOptions, type SseOptions } from './sse.options.js';

const jwt = { secret: 'a secret of at least thirty-two bytes' };

function faultsOf(options: unknown): string {
  try {
    resolveSseOptions(options as SseOptions);
  } catch (error) {
    expect(error).toBeInstanceOf(PlatformError);
    expect((error as PlatformError).code).toBe('ERR_SSE_INVALID_OPTIONS');
    return (error as PlatformError).message;
  }
  return '';
}

describe('options of the module', () => {
  it('have the defaults of the protocol when only a secret is set', () => {
    expect(resolveSseOptions({ jwt })).toMatchObject({
      heartbeatIntervalMs: 15_000,
      retryMs: 3_000,
      drainMs: 10_000,
      maxQueuedBytes: 262_144,
      maxConnections: 0,
      maxConnectionsPerTenant: 20_000,
      maxConnectionsPerUser: 10,
      onUserLimit: 'refuse',
      connectsPerMinute: 120,
      connectBurst: 30,
      pollsPerMinute: 300,
      replayMaxEvents: 1_000,
      replayMaxAgeMs: 604_800_000,
      replayMaxScannedRows: 20_000,
      ringMaxEvents: 1_000,
      ringMaxBytes: 4_194_304,
      topics: true,
      onDeniedTopic: 'refuse',
      maxTopicsPerConnection: 50,
      maxRequestTargetBytes: 12_288,
      allowQueryToken: false,
      cookieName: 'herald_session',
    });
  });

  it('are frozen once they are resolved', () => {
    expect(Object.isFrozen(resolveSseOptions({ jwt }))).toBe(true);
  });

  it('report all faults in one error, each with value and range', () => {
    const message = faultsOf({
      jwt,
      heartbeatIntervalMs: 4_999,
      retryMs: 1.5,
      maxQueuedBytes: '256k',
      onUserLimit: 'evict',
      topics: 'yes',
      heartBeat: 1,
    });
    expect(message).toContain('6 fault(s)');
    expect(message).toContain(
      'heartbeatIntervalMs must be a whole number from 5000 to 300000, or 0 to switch it off; got 4999',
    );
    expect(message).toContain('retryMs must be a whole number from 100 to 300000; got 1.5');
    expect(message).toContain('maxQueuedBytes must be a whole number from 16384 to 1073741824');
    expect(message).toContain('onUserLimit must be one of refuse, close-oldest; got "evict"');
    expect(message).toContain('topics must be true or false; got "yes"');
    expect(message).toContain('heartBeat is not an option');
  });

  it('disable a limit by 0 where the protocol allows it, and nowhere else', () => {
    expect(resolveSseOptions({ jwt, heartbeatIntervalMs: 0, maxQueuedBytes: 0 })).toMatchObject({
      heartbeatIntervalMs: 0,
      maxQueuedBytes: 0,
    });
    expect(faultsOf({ jwt, ringMaxEvents: 0 })).toContain('ringMaxEvents');
  });

  it('refuse an idle time-out that would close healthy connections', () => {
    expect(faultsOf({ jwt, heartbeatIntervalMs: 10_000, idleTimeoutMs: 15_000 })).toContain(
      'idleTimeoutMs must be at least two heartbeats (20000); got 15000',
    );
  });

  it('refuse to start without a way to authenticate', () => {
    expect(faultsOf({})).toContain('jwt or authenticator is required');
    expect(faultsOf({ jwt, authenticator: { authenticate: () => Promise.reject(new Error('no')) } })).toContain(
      'exclude each other',
    );
  });

  it.each([
    ['a short secret', { secret: 'too short' }, 'jwt.secret must have at least 32 bytes; got 9'],
    ['no key', {}, 'exactly one of secret, publicKey, jwksUri; got 0'],
    ['two keys', { ...jwt, jwksUri: 'https://id.example/keys' }, 'got 2'],
    ['text that is not a key', { publicKey: 'abc' }, 'jwt.publicKey must be a public key in PEM'],
    ['keys over an unencrypted connection', { jwksUri: 'http://id.example/keys' }, 'must be an https address'],
    ['an algorithm of another family', { ...jwt, algorithms: ['RS256'] }, 'jwt.algorithms must name'],
    ['the algorithm none', { ...jwt, algorithms: ['none'] }, 'jwt.algorithms must name'],
    ['a misspelt option', { ...jwt, issuers: ['x'] }, 'jwt.issuers is not an option'],
  ])('refuse %s', (_, options, fault) => {
    expect(faultsOf({ jwt: options })).toContain(fault);
  });

  it('never show the secret in a fault', () => {
    const message = faultsOf({ jwt: { secret: 'short-canary', claims: { users: 'x' } }, retryMs: -1 });
    expect(message).toContain('got 12');
    expect(message).not.toContain('canary');
  });

  it('fix the algorithm by the kind of the public key', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect(resolveSseOptions({ jwt: { publicKey: pem } }).jwt?.algorithms).toEqual(['EdDSA']);
  });

  it('refuse a private key in place of a public one', () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(faultsOf({ jwt: { publicKey: pem } })).toContain('private key');
  });

  it.each(['*', 'null', 'https://erp.example/', 'erp.example'])('refuse %s as an allowed origin', (origin) => {
    expect(faultsOf({ jwt, allowedOrigins: [origin] })).toContain('allowedOrigins must be exact origins');
  });

  it('refuse a seam that lacks a required method', () => {
    expect(faultsOf({ jwt, eventLog: { start: () => undefined } })).toContain(
      'eventLog must be an object with the methods append, requireTransaction, bounds, readRange, readFor, firstSince, health, stop',
    );
  });
});
