import { randomBytes } from 'node:crypto';

/** Makes unguessable ids, injected so that tests can predict them. */
export interface IdGenerator {
  /** @returns `bytes` random bytes as base64url. */
  random(bytes: number): string;
}

/** Injection token of the {@link IdGenerator}. */
export const ID_GENERATOR = Symbol('ID_GENERATOR');

/** Ids from the operating system's secure random source. */
export const randomIdGenerator: IdGenerator = {
  random: (bytes) => randomBytes(bytes).toString('base64url'),
};
