import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

/**
 * Calls back when the transaction in which something was noted has been committed, whoever began it: this package, or a host
 * that passed its own manager. What is rolled back is forgotten.
 */
export class AfterCommit<T> {
  readonly #noted = new WeakMap<QueryRunner, T[]>();

  constructor(dataSource: DataSource, callBack: (noted: readonly T[]) => void) {
    dataSource.subscribers.push({
      afterTransactionCommit: ({ queryRunner }) => {
        // A released savepoint is reported as a commit, too; the transaction around it is still open.
        if (queryRunner.isTransactionActive) return;
        const noted = this.#take(queryRunner);
        if (noted.length > 0) callBack(noted);
      },
      afterTransactionRollback: ({ queryRunner }) => {
        if (!queryRunner.isTransactionActive) this.#take(queryRunner);
      },
    });
  }

  /** @throws TypeError without an open transaction: there would be no commit to wait for. */
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
