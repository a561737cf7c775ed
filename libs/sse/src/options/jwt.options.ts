import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { OptionFaults } from '@nest-herald/platform';

/** Names of the claims that make up a principal. */
export interface ClaimNames {
  /** User id. @defaultValue `sub` */
  readonly user: string;
  /** User id when {@link user} is absent. When a token has both, they must be equal. @defaultValue `user_id` */
  readonly otherUser: string;
  /** @defaultValue `tenant_id` */
  readonly tenant: string;
  /** @defaultValue `roles` */
  readonly roles: string;
  /** @defaultValue `permissions` */
  readonly permissions: string;
  /** Topic patterns. @defaultValue `topics` */
  readonly topics: string;
  /** Login session. @defaultValue `sid` */
  readonly session: string;
}

/**
 * How access tokens are verified. Set exactly one of `secret`, `publicKey`, `jwksUri`. These options, never the
 * token, decide which algorithms are accepted.
 */
export interface JwtOptions {
  /** Shared secret of HS256 tokens, at least 32 bytes; used as a key object, never as a string. */
  readonly secret?: string | Uint8Array;
  /** Public key (SPKI PEM) of RS256, ES256 or EdDSA tokens. */
  readonly publicKey?: string;
  /**
   * Where the identity provider publishes its keys; `https`, or `http` on a loopback address. The keys are cached for 10 minutes;
   * an unknown `kid` fetches them again at most every 30 s.
   */
  readonly jwksUri?: string;
  /** Accepted algorithms, all of the key's family. @defaultValue that of the key; RS256, ES256, EdDSA for `jwksUri` */
  readonly algorithms?: readonly string[];
  /** Accepted `iss`. @defaultValue not checked */
  readonly issuer?: string | readonly string[];
  /** Accepted `aud`; one match is enough. @defaultValue not checked */
  readonly audience?: string | readonly string[];
  /** Claim names of the host's identity provider, where they differ. */
  readonly claims?: Partial<ClaimNames>;
}

/** The key material of verified options. */
export type JwtKey =
  | { readonly kind: 'secret'; readonly key: KeyObject }
  | { readonly kind: 'public-key'; readonly key: KeyObject }
  | { readonly kind: 'jwks'; readonly uri: URL };

/** Checked {@link JwtOptions}. */
export interface ResolvedJwtOptions {
  readonly key: JwtKey;
  readonly algorithms: readonly string[];
  readonly issuers: readonly string[];
  readonly audiences: readonly string[];
  readonly claims: ClaimNames;
}

/** The default claim names. */
export const DEFAULT_CLAIMS: ClaimNames = Object.freeze({
  user: 'sub',
  otherUser: 'user_id',
  tenant: 'tenant_id',
  roles: 'roles',
  permissions: 'permissions',
  topics: 'topics',
  session: 'sid',
});

const MIN_SECRET_BYTES = 32;
const SECRET_ALGORITHMS = ['HS256', 'HS384', 'HS512'];
const KEY_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const KNOWN = ['secret', 'publicKey', 'jwksUri', 'algorithms', 'issuer', 'audience', 'claims'];

/** Checks the options, creates their keys and collects faults. @returns null when the key is invalid. */
export function resolveJwtOptions(options: JwtOptions, faults: OptionFaults): ResolvedJwtOptions | null {
  faults.unknown('jwt.', options, KNOWN);
  const key = keyOf(options, faults);
  const claims = claimsOf(options.claims, faults);
  const issuers = textsOf('jwt.issuer', options.issuer, faults);
  const audiences = textsOf('jwt.audience', options.audience, faults);
  if (key === null) return null;
  return Object.freeze({
    key,
    algorithms: algorithmsOf(options.algorithms, key, faults),
    issuers,
    audiences,
    claims,
  } satisfies ResolvedJwtOptions);
}

function keyOf(options: JwtOptions, faults: OptionFaults): JwtKey | null {
  const given = [options.secret, options.publicKey, options.jwksUri].filter((value) => value !== undefined);
  if (given.length !== 1) {
    faults.add(`jwt must have exactly one of secret, publicKey, jwksUri; got ${given.length}`);
    return null;
  }
  if (options.secret !== undefined) return secretKey(options.secret, faults);
  if (options.publicKey !== undefined) return publicKey(options.publicKey, faults);
  return jwks(options.jwksUri ?? '', faults);
}

function secretKey(secret: string | Uint8Array, faults: OptionFaults): JwtKey | null {
  if (typeof secret !== 'string' && !((secret as unknown) instanceof Uint8Array)) {
    faults.add(`jwt.secret must be a string or bytes; got a ${typeof secret}`);
    return null;
  }
  const bytes = typeof secret === 'string' ? Buffer.from(secret) : Buffer.from(secret);
  if (bytes.length < MIN_SECRET_BYTES) {
    faults.add(
      `jwt.secret must have at least ${MIN_SECRET_BYTES} bytes; got ${bytes.length}. ` +
        'Set the secret that your sign-in signs tokens with, such as the output of "openssl rand -base64 48"',
    );
    return null;
  }
  return { kind: 'secret', key: createSecretKey(bytes) };
}

function publicKey(pem: string, faults: OptionFaults): JwtKey | null {
  try {
    if (typeof pem !== 'string') throw new TypeError(`it is a ${typeof pem}`);
    // A private key would work too, but options for a public key are not protected like a private key.
    if (pem.includes('PRIVATE KEY')) throw new TypeError('it is a private key');
    return { kind: 'public-key', key: createPublicKey(pem) };
  } catch (error) {
    faults.add(`jwt.publicKey must be a public key in PEM (SPKI): ${(error as Error).message}`);
    return null;
  }
}

function jwks(uri: string, faults: OptionFaults): JwtKey | null {
  const url = typeof uri === 'string' && URL.canParse(uri) ? new URL(uri) : null;
  const isLoopback = url !== null && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return { kind: 'jwks', uri: url };
  faults.add(
    'jwt.jwksUri must be an https address (http is allowed on loopback only): the server behind it can issue any identity',
  );
  return null;
}

function algorithmsOf(given: readonly string[] | undefined, key: JwtKey, faults: OptionFaults): readonly string[] {
  if (given !== undefined && !Array.isArray(given)) {
    faults.add(`jwt.algorithms must be a list of names; got a ${typeof given}`);
    return [];
  }
  const family = key.kind === 'secret' ? SECRET_ALGORITHMS : KEY_ALGORITHMS;
  if (given === undefined) return defaultAlgorithms(key);
  const foreign = given.filter((algorithm) => !family.includes(algorithm));
  if (given.length === 0 || foreign.length > 0) {
    faults.add(
      `jwt.algorithms must name one or more of ${family.join(', ')} for this key; got ${JSON.stringify(given)}`,
    );
  }
  return Object.freeze([...given]);
}

function defaultAlgorithms(key: JwtKey): readonly string[] {
  if (key.kind === 'secret') return ['HS256'];
  if (key.kind === 'jwks') return ['RS256', 'ES256', 'EdDSA'];
  const type = key.key.asymmetricKeyType;
  return type === 'rsa' ? ['RS256'] : type === 'ec' ? ['ES256'] : ['EdDSA'];
}

function textsOf(name: string, value: string | readonly string[] | undefined, faults: OptionFaults): readonly string[] {
  const texts = value === undefined ? [] : Array.isArray(value) ? [...(value as readonly string[])] : [value as string];
  if (value !== undefined && (texts.length === 0 || texts.some((text) => typeof text !== 'string' || text === ''))) {
    faults.add(`${name} must be one or more non-empty strings; leave it out to skip the check`);
  }
  return Object.freeze(texts);
}

function claimsOf(given: Partial<ClaimNames> | undefined, faults: OptionFaults): ClaimNames {
  if (given === undefined || faults.object('jwt.claims', given) === undefined) return DEFAULT_CLAIMS;
  faults.unknown('jwt.claims.', given, Object.keys(DEFAULT_CLAIMS));
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'string' || value === '') faults.add(`jwt.claims.${name} must be the name of a claim`);
  }
  return Object.freeze({ ...DEFAULT_CLAIMS, ...given });
}
