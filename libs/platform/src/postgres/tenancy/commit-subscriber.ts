import type { DataSource, EntitySubscriberInterface, QueryRunner } from 'typeorm';
import type { OpenTransaction } from './open-transaction.js';

/**
 * Tells that a TypeORM transaction which published has committed, so that numbering need not wait for the next poll.
 * Puts itself into each data source that it meets; nothing depends on it but latency.
 */
export class CommitSubscriber implements EntitySubscriberInterface {
  readonly #shards = new WeakMap<QueryRunner, Set<number>>();
  readonly #dataSources = new Set<DataSource>();

  constructor(private readonly onCommitted: (shard: number) => void) {}

  /** Remembers that this transaction published to a shard. */
  watch(transaction: OpenTransaction, shard: number): void {
    if (transaction.typeorm === null) return;
    const { runner, dataSource } = transaction.typeorm;
    if (!this.#dataSources.has(dataSource)) {
      this.#dataSources.add(dataSource);
      dataSource.subscribers.push(this);
    }
    const shards = this.#shards.get(runner);
    if (shards === undefined) this.#shards.set(runner, new Set([shard]));
    else shards.add(shard);
  }

  /** Leaves all data sources. */
  detach(): void {
    for (const { subscribers } of this.#dataSources) {
      const index = subscribers.indexOf(this);
      if (index >= 0) subscribers.splice(index, 1);
    }
    this.#dataSources.clear();
  }

  afterTransactionCommit({ queryRunner }: { readonly queryRunner: QueryRunner }): void {
    // The end of a savepoint is reported too; nothing is visible to others until the outermost commit.
    if (queryRunner.isTransactionActive) return;
    for (const shard of this.#take(queryRunner)) this.onCommitted(shard);
  }

  afterTransactionRollback({ queryRunner }: { readonly queryRunner: QueryRunner }): void {
    if (!queryRunner.isTransactionActive) this.#take(queryRunner);
  }

  #take(runner: QueryRunner): Iterable<number> {
    const shards = this.#shards.get(runner) ?? [];
    this.#shards.delete(runner);
    return shards;
  }
}
