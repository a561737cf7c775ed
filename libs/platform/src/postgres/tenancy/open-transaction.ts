import type { DataSource, QueryRunner } from 'typeorm';
import { PlatformError } from '../../errors/platform.errors.js';
import type { Tx } from '../../transactions/tx.js';

/** The caller's transaction, independent of its driver. */
export interface OpenTransaction {
  query(sql: string, parameters: unknown[]): Promise<readonly Record<string, unknown>[]>;
  /** Set for a transaction of TypeORM, whose commit can be observed. */
  readonly typeorm: { readonly runner: QueryRunner; readonly dataSource: DataSource } | null;
}

/**
 * Recognises a TypeORM `EntityManager` or `QueryRunner`, or a `pg` client (8.20 or newer, which knows its transaction status).
 *
 * @param call what the host called, for the message, such as `SseBroker.publish`.
 * @throws PlatformError `ERR_SSE_NO_TRANSACTION`, with the call, for any other value, and when it has no open transaction: an
 * event could then survive a change that is rolled back.
 */
export function joinTransaction(tx: Tx, call: string): OpenTransaction {
  const runner = runnerOf(tx, call);
  if (runner !== null) {
    if (!runner.isTransactionActive) throw noTransaction(call, 'the query runner has no open transaction');
    return {
      query: async (sql, parameters) => (await runner.query(sql, parameters)) as Record<string, unknown>[],
      typeorm: { runner, dataSource: runner.dataSource },
    };
  }
  if (!isPgClient(tx)) throw noTransaction(call, `got ${describe(tx)}`);
  const status = tx.getTransactionStatus();
  if (status === 'E') throw failedTransaction(call);
  if (status !== 'T') throw noTransaction(call, 'the pg client has no open transaction (await its BEGIN first)');
  return { query: async (sql, parameters) => (await tx.query(sql, parameters)).rows, typeorm: null };
}

function runnerOf(tx: Tx, call: string): QueryRunner | null {
  if (typeof tx !== 'object' || tx === null) return null;
  if ('isTransactionActive' in tx && 'query' in tx) return tx as QueryRunner;
  if (!('transaction' in tx && 'getRepository' in tx)) return null;
  const runner = (tx as { queryRunner?: QueryRunner }).queryRunner;
  if (runner === undefined) throw noTransaction(call, 'the entity manager does not belong to a transaction');
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

/** @returns `ERR_SSE_NO_TRANSACTION` for a transaction that an error has aborted. */
export function failedTransaction(call: string, cause?: unknown): PlatformError {
  return noTransaction(call, 'the transaction has failed and can only be rolled back', cause);
}

function noTransaction(call: string, reason: string, cause?: unknown): PlatformError {
  return new PlatformError(
    'ERR_SSE_NO_TRANSACTION',
    `${call} joins an open transaction, but ${reason}. Pass the EntityManager or QueryRunner of a TypeORM transaction ` +
      '(of dataSource.transaction(…) or TenantTransaction.run(…)), or a pg client between BEGIN and COMMIT.',
    cause === undefined ? undefined : { cause },
  );
}
