import { createPublicKey } from 'node:crypto';
import type { ConfigurationFault } from './configuration-error.js';
import { MIN_SECRET_BYTES } from './jwt-secret-file.js';
import type { JwtKeySource, JwtSettings } from './settings.js';

/** The variables that decide how tokens are verified. */
export interface JwtEnvironment {
  readonly JWT_SECRET: string | undefined;
  readonly JWT_PUBLIC_KEY: string | undefined;
  readonly JWT_JWKS_URI: string | undefined;
  readonly JWT_ISSUER: string | undefined;
  readonly JWT_AUDIENCE: string | undefined;
  readonly JWT_ALGORITHMS: readonly string[];
}

const ASYMMETRIC = ['RS256', 'ES256', 'EdDSA'] as const;
const ALGORITHM_OF_KEY: Readonly<Record<string, string>> = {
  rsa: 'RS256',
  ec: 'ES256',
  ed25519: 'EdDSA',
};

/**
 * Chooses the source of keys and the allow-list of algorithms. It adds faults to `faults` and does not throw.
 *
 * @returns null when no source is set, which the caller may accept, and when the source is faulty.
 */
export function jwtSettings(
  env: JwtEnvironment,
  production: boolean,
  faults: ConfigurationFault[],
): JwtSettings | null {
  const given = (['JWT_SECRET', 'JWT_PUBLIC_KEY', 'JWT_JWKS_URI'] as const).filter((name) => env[name] !== undefined);
  if (given.length > 1) {
    faults.push({
      name: given[1] as string,
      message: `is set together with ${given[0]}, but tokens are verified with one source of keys. Keep one of ${given.join(', ')}.`,
    });
    return null;
  }
  const keys = keySource(env, production, faults);
  if (!keys) return null;
  const possible = possibleAlgorithms(keys);
  const wrong = env.JWT_ALGORITHMS.filter((name) => !possible.includes(name));
  if (wrong.length > 0) {
    faults.push({
      name: 'JWT_ALGORITHMS',
      message: `${wrong.join(', ')} cannot be used with ${given[0]}; possible: ${possible.join(', ')}. Correct it or remove it.`,
    });
  }
  return {
    keys,
    algorithms: env.JWT_ALGORITHMS.length > 0 ? env.JWT_ALGORITHMS : possible,
    ...(env.JWT_ISSUER === undefined ? {} : { issuer: env.JWT_ISSUER }),
    ...(env.JWT_AUDIENCE === undefined ? {} : { audience: env.JWT_AUDIENCE }),
  };
}

function keySource(env: JwtEnvironment, production: boolean, faults: ConfigurationFault[]): JwtKeySource | null {
  if (env.JWT_SECRET !== undefined) {
    const bytes = Buffer.byteLength(env.JWT_SECRET);
    if (bytes >= MIN_SECRET_BYTES) return { kind: 'secret', secret: env.JWT_SECRET };
    faults.push({
      name: 'JWT_SECRET',
      message: `has ${bytes} bytes; at least ${MIN_SECRET_BYTES} are needed. Generate one with: openssl rand -base64 48`,
    });
    return null;
  }
  if (env.JWT_PUBLIC_KEY !== undefined) return publicKey(env.JWT_PUBLIC_KEY, faults);
  if (env.JWT_JWKS_URI === undefined) return null;
  const { protocol, hostname } = new URL(env.JWT_JWKS_URI);
  if (production && protocol !== 'https:' && !['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) {
    faults.push({
      name: 'JWT_JWKS_URI',
      message: 'must use https in production: without it, an attacker on the network could replace the keys.',
    });
    return null;
  }
  return { kind: 'jwks', uri: env.JWT_JWKS_URI };
}

function publicKey(value: string, faults: ConfigurationFault[]): JwtKeySource | null {
  // Environment files often have a PEM on one line, with \n for each line break.
  const pem = value.replaceAll('\\n', '\n');
  try {
    if (!pem.includes('BEGIN PUBLIC KEY')) throw new Error('not a public key');
    const key = createPublicKey(pem);
    const { namedCurve } = key.asymmetricKeyDetails ?? {};
    const usable = key.asymmetricKeyType !== 'ec' || namedCurve === 'prime256v1';
    if (usable && ALGORITHM_OF_KEY[key.asymmetricKeyType ?? '']) return { kind: 'public-key', key, pem };
  } catch {
    // The text below is enough; the library's own message could repeat parts of the key.
  }
  faults.push({
    name: 'JWT_PUBLIC_KEY',
    message:
      'must be a public key in PEM form (-----BEGIN PUBLIC KEY-----): RSA, EC P-256 or Ed25519; \\n may stand for a line break.',
  });
  return null;
}

function possibleAlgorithms(keys: JwtKeySource): readonly string[] {
  if (keys.kind === 'secret') return ['HS256'];
  if (keys.kind === 'jwks') return ASYMMETRIC;
  return [ALGORITHM_OF_KEY[keys.key.asymmetricKeyType ?? ''] ?? ''];
}
