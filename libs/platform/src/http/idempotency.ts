import type { Tx } from '../transactions/tx.js';
import type { Principal } from '../identity/principal.js';

/** The request of a write, as far as whoever does it once may look. */
export interface KeyedWrite {
  readonly method: string;
  readonly url: string;
  readonly originalUrl?: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: unknown;
}

/** The response of a write, as far as it is written here. */
export interface KeyedWriteResponse {
  header(name: string, value: string): unknown;
}

/**
 * Does a write at most once per `Idempotency-Key` of its request. This package has no place of its own for keys: they belong
 * into the same database, and the same transaction, as what they guard, and a host has one such table for all of its writes
 * (`IdempotentRequests` of `@nest-herald/platform/postgres` is one).
 */
export interface Idempotency {
  /**
   * @param work what is to be done, inside the transaction that also keeps the key; its answer is kept as JSON.
   * @returns the body to answer with: that of `work`, or of the first request with the same key.
   * @throws what refuses a key that is malformed, in use, or was used for another request; what `work` throws, and nothing
   * is kept then.
   */
  answer(
    principal: Principal,
    request: KeyedWrite,
    response: KeyedWriteResponse,
    work: (tx: Tx) => Promise<{ readonly status: number; readonly body: unknown }>,
  ): Promise<unknown>;
}
