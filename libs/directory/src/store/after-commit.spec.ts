import { describe, expect, it } from '@jest/globals';
import type { DataSource, EntityManager, EntitySubscriberInterface } from 'typeorm';
import { AfterCommit } from './after-commit.js';

/** A data source with subscribers, and one transaction on it. */
function transaction() {
  const dataSource = { subscribers: [] as EntitySubscriberInterface[] };
  const called: string[][] = [];
  const committed = new AfterCommit<string>(dataSource as unknown as DataSource, (noted) => called.push([...noted]));
  const queryRunner = { isTransactionActive: true };
  const manager = { queryRunner } as unknown as EntityManager;
  const [subscriber] = dataSource.subscribers;
  const event = { queryRunner } as never;
  return {
    committed,
    manager,
    called,
    savepointReleased: () => subscriber?.afterTransactionCommit?.(event),
    commit: () => {
      queryRunner.isTransactionActive = false;
      return subscriber?.afterTransactionCommit?.(event);
    },
    rollBack: () => {
      queryRunner.isTransactionActive = false;
      return subscriber?.afterTransactionRollback?.(event);
    },
    begin: () => {
      queryRunner.isTransactionActive = true;
    },
  };
}

describe('AfterCommit', () => {
  it('calls back once, in order, when the outermost transaction commits', async () => {
    const work = transaction();
    work.committed.note(work.manager, 'a');
    await work.savepointReleased();
    work.committed.note(work.manager, 'b');
    expect(work.called).toEqual([]);
    await work.commit();
    expect(work.called).toEqual([['a', 'b']]);
    work.begin();
    await work.commit();
    expect(work.called).toEqual([['a', 'b']]);
  });

  it('drops the values of a transaction that is rolled back', async () => {
    const work = transaction();
    work.committed.note(work.manager, 'a');
    await work.rollBack();
    work.begin();
    await work.commit();
    expect(work.called).toEqual([]);
  });

  it('refuses a value outside a transaction', async () => {
    const work = transaction();
    await work.commit();
    expect(() => work.committed.note(work.manager, 'a')).toThrow(TypeError);
  });
});
