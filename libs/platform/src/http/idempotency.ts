import type { Tx } from '../transactions/tx.js';
import type { Principal } from '../identity/principal.js';

/** The parts of a write request that {@link Idempotency} reads. */
export interface KeyedWrite {
  readonly method: string;
  readonly url: string;
  readonly originalUrl?: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: unknown;
}

/** The part of a response that {@link Idempotency} writes. */
export interface KeyedWriteResponse {
  header(name: string, value: string): unknown;
}

/**
 * Executes a write at most once per `Idempotency-Key` of its request. The keys belong in the same database and transaction as
 * the data that they protect, so a host has one table of keys for all its writes. `IdempotentRequests` of
 * `@nest-herald/platform/postgres` is an implementation.
 */
export interface Idempotency {
  /**
   * @param work runs inside the transaction that stores the key. Its answer is stored as JSON.
   * @returns the body of the answer: that of `work`, or of the first request with the same key.
   * @throws a refusal for a key that is malformed, in use, or was used for another request. An error of `work` passes through,
   * and nothing is stored.
   */
  answer(
    principal: Principal,
    request: KeyedWrite,
    response: KeyedWriteResponse,
    work: (tx: Tx) => Promise<{ readonly status: number; readonly body: unknown }>,
  ): Promise<unknown>;
}
