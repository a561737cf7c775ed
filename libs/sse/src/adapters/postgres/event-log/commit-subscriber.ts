import type { DataSource, EntitySubscriberInterface, QueryRunner } from 'typeorm';
import type { joinTransaction } from '@nest-herald/platform/postgres';

type OpenTransaction = ReturnType<typeof joinTransaction>;

/**
 * Reports the commit of a TypeORM transaction that published, so that sequencing does not wait for the next poll.
 * It subscribes to each data source that it meets. Only latency depends on it.
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

  /** Unsubscribes from all data sources. */
  detach(): void {
    for (const { subscribers } of this.#dataSources) {
      const index = subscribers.indexOf(this);
      if (index >= 0) subscribers.splice(index, 1);
    }
    this.#dataSources.clear();
  }

  afterTransactionCommit({ queryRunner }: { readonly queryRunner: QueryRunner }): void {
    // A released savepoint is reported too, but others see nothing until the outermost commit.
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
