import { randomBytes } from 'node:crypto';

/** Creates unguessable ids. It is injected, so tests can use predictable ids. */
export interface IdGenerator {
  /** @returns `bytes` random bytes as base64url. */
  random(bytes: number): string;
}

/** Injection token of the {@link IdGenerator}. */
export const ID_GENERATOR = Symbol('ID_GENERATOR');

const POOL_BYTES = 4096;

/**
 * Ids from the operating system's secure random source, read in blocks, because one read costs as much as twenty ids. No byte
 * is used twice.
 */
class PooledIdGenerator implements IdGenerator {
  #pool = Buffer.alloc(0);
  #used = 0;

  random(bytes: number): string {
    if (bytes > POOL_BYTES) return randomBytes(bytes).toString('base64url');
    if (this.#used + bytes > this.#pool.length) {
      this.#pool = randomBytes(POOL_BYTES);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += bytes;
    return this.#pool.toString('base64url', start, this.#used);
  }
}

/** The default {@link IdGenerator}, with secure random bytes. */
export const randomIdGenerator: IdGenerator = new PooledIdGenerator();
