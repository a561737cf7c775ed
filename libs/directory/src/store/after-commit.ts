import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

/**
 * Calls back after the commit of the transaction in which a value was noted. It works for transactions that the host began too.
 * Values of a transaction that is rolled back are dropped.
 */
export class AfterCommit<T> {
  readonly #noted = new WeakMap<QueryRunner, T[]>();

  constructor(dataSource: DataSource, callBack: (noted: readonly T[]) => void) {
    dataSource.subscribers.push({
      afterTransactionCommit: ({ queryRunner }) => {
        // A released savepoint is also reported as a commit, while the transaction around it is still open.
        if (queryRunner.isTransactionActive) return;
        const noted = this.#take(queryRunner);
        if (noted.length > 0) callBack(noted);
      },
      afterTransactionRollback: ({ queryRunner }) => {
        if (!queryRunner.isTransactionActive) this.#take(queryRunner);
      },
    });
  }

  /** @throws TypeError without an open transaction, because no commit would follow. */
  note(manager: EntityManager, value: T): void {
    const { queryRunner } = manager;
    if (queryRunner?.isTransactionActive !== true) throw new TypeError('The manager has no open transaction.');
    const noted = this.#noted.get(queryRunner);
    if (noted === undefined) this.#noted.set(queryRunner, [value]);
    else noted.push(value);
  }

  #take(queryRunner: QueryRunner): readonly T[] {
    const noted = this.#noted.get(queryRunner) ?? [];
    this.#noted.delete(queryRunner);
    return noted;
  }
}
