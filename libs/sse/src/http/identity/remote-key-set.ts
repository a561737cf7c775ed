import { type CryptoKey, createLocalJWKSet, errors, type FlattenedJWSInput, type JWSHeaderParameters } from 'jose';
import type { Clock } from '@nest-herald/platform';
import { SseRefusal } from '../../vocabulary/refusal.js';

/** Keys are fetched again after this time, so that a withdrawn key is dropped. */
const MAX_AGE_MS = 600_000;
/** An unknown `kid` causes at most one fetch per this time, whatever the answer was: tokens with invented ids cost nothing. */
const UNKNOWN_KEY_COOLDOWN_MS = 30_000;
/** While no key is known, the provider gets at most one request per this time. */
const NO_KEYS_COOLDOWN_MS = 5_000;
const FETCH_TIMEOUT_MS = 5_000;
const MAX_SET_BYTES = 1_048_576;

type KeyFinder = (header: JWSHeaderParameters, token: FlattenedJWSInput) => Promise<CryptoKey>;

/**
 * The published keys of an identity provider (RFC 7517), fetched by one request at a time. During an outage of the provider
 * the known keys stay in use, because an outage must not sign every user out.
 */
export class RemoteKeySet {
  #find: KeyFinder | null = null;
  #fetchedAtMs = -Infinity;
  #attemptedAtMs = -Infinity;
  #pending: Promise<void> | null = null;

  constructor(
    private readonly uri: URL,
    private readonly clock: Clock,
  ) {}

  /**
   * Finds the key that a token names.
   * @throws JOSEError when there is none; SseRefusal 503 `internal_error` while no key set has been fetched.
   */
  readonly keyFor = async (header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> => {
    const now = this.clock.monotonicMs();
    if (now - this.#fetchedAtMs > MAX_AGE_MS) {
      await this.#refresh(this.#find === null ? NO_KEYS_COOLDOWN_MS : UNKNOWN_KEY_COOLDOWN_MS);
    }
    if (this.#find === null) {
      throw new SseRefusal(503, 'internal_error', {
        detail: 'The keys of the identity provider cannot be fetched now. Retry.',
        retryAfterMs: NO_KEYS_COOLDOWN_MS,
      });
    }
    try {
      return await this.#find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      await this.#refresh(UNKNOWN_KEY_COOLDOWN_MS);
      return this.#find(header, token);
    }
  };

  /** Never throws: known keys stay, and a missing one fails at the next look-up. */
  async #refresh(cooldownMs: number): Promise<void> {
    const now = this.clock.monotonicMs();
    if (this.#pending === null) {
      if (now - this.#attemptedAtMs < cooldownMs) return;
      this.#attemptedAtMs = now;
      this.#pending = this.#fetch().finally(() => {
        this.#pending = null;
      });
    }
    await this.#pending;
  }

  async #fetch(): Promise<void> {
    try {
      const response = await fetch(this.uri, {
        headers: { accept: 'application/jwk-set+json, application/json' },
        // A redirect could lead to a host that the operator did not configure.
        redirect: 'error',
        signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
      });
      if (!response.ok || response.body === null) return;
      this.#find = createLocalJWKSet(JSON.parse(await boundedText(response.body)));
      this.#fetchedAtMs = this.clock.monotonicMs();
    } catch {
      // Refused, timed out, too long, not JSON or not a key set: the known keys stay in use.
    }
  }
}

/** @throws RangeError as soon as the body exceeds the limit; the rest is not read. */
async function boundedText(body: ReadableStream<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > MAX_SET_BYTES) throw new RangeError(`The key set exceeds ${MAX_SET_BYTES} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
