import type { DataSource, QueryRunner } from 'typeorm';
import type { Tx } from '../../vocabulary/envelope.js';
import { SseError } from '../../vocabulary/sse.errors.js';

/** The caller's transaction, whatever driver handle it came as. */
export interface OpenTransaction {
  query(sql: string, parameters: unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** Where the transaction is TypeORM's: tells when it commits. */
  readonly typeorm: { readonly runner: QueryRunner; readonly dataSource: DataSource } | null;
}

/**
 * Recognises a TypeORM `EntityManager` or `QueryRunner`, or a `pg` client (8.20 or newer, which knows its transaction status).
 *
 * @throws SseError `ERR_SSE_NO_TRANSACTION` for anything else, and when no transaction is open on it: the event could
 * then outlive a change that is rolled back.
 */
export function joinTransaction(tx: Tx): OpenTransaction {
  const runner = runnerOf(tx);
  if (runner !== null) {
    if (!runner.isTransactionActive) throw noTransaction('the query runner has no open transaction');
    return {
      query: async (sql, parameters) => (await runner.query(sql, parameters)) as Record<string, unknown>[],
      typeorm: { runner, dataSource: runner.dataSource },
    };
  }
  if (!isPgClient(tx)) throw noTransaction(`got ${describe(tx)}`);
  const status = tx.getTransactionStatus();
  if (status === 'E') throw failedTransaction();
  if (status !== 'T') throw noTransaction('the pg client has no open transaction (await its BEGIN first)');
  return { query: async (sql, parameters) => (await tx.query(sql, parameters)).rows, typeorm: null };
}

function runnerOf(tx: Tx): QueryRunner | null {
  if (typeof tx !== 'object' || tx === null) return null;
  if ('isTransactionActive' in tx && 'query' in tx) return tx as QueryRunner;
  if (!('transaction' in tx && 'getRepository' in tx)) return null;
  const runner = (tx as { queryRunner?: QueryRunner }).queryRunner;
  if (runner === undefined) throw noTransaction('the entity manager is not the one of a transaction');
  return runner;
}

interface TransactionAwareClient {
  getTransactionStatus(): string | null;
  query(sql: string, parameters: unknown[]): Promise<{ readonly rows: Record<string, unknown>[] }>;
}

function isPgClient(tx: Tx): tx is TransactionAwareClient {
  return typeof tx === 'object' && tx !== null && 'getTransactionStatus' in tx && 'query' in tx;
}

function describe(tx: Tx): string {
  return typeof tx === 'object' && tx !== null ? `an instance of ${tx.constructor?.name ?? 'Object'}` : String(tx);
}

/** @returns `ERR_SSE_NO_TRANSACTION` for a transaction that an error has ended already. */
export function failedTransaction(cause?: unknown): SseError {
  return noTransaction('the transaction has failed and can only be rolled back', cause);
}

function noTransaction(reason: string, cause?: unknown): SseError {
  return new SseError(
    'ERR_SSE_NO_TRANSACTION',
    `Publishing joins an open transaction, but ${reason}. Pass the EntityManager or QueryRunner of a TypeORM transaction, or a pg client between BEGIN and COMMIT; to publish without one, call sendToUser() and its like without tx.`,
    cause === undefined ? undefined : { cause },
  );
}
