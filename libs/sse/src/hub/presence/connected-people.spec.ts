import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Connection } from '../../connection/connection.js';
import { asTenantId } from '@nest-herald/platform';
import { ConnectedPeople } from './connected-people.js';

const ACME = asTenantId('acme');

function connectionOf(userId: string, tenantId = 'acme') {
  let close = (): void => undefined;
  const connection = { tenantId, userId, transport: 'sse', onClosed: (listener: () => void) => (close = listener) };
  return { connection: connection as unknown as Connection, close: () => close() };
}

describe('connected people', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const stage = (send: (connections: ReadonlySet<Connection>) => Promise<void>) => {
    const failures: unknown[] = [];
    const people = new ConnectedPeople({
      send,
      failed: (error) => failures.push(error),
      intervalMs: 100,
      concurrency: 1,
      clock: { now: () => new Date(), monotonicMs: () => Date.now() },
    });
    return { people, failures };
  };

  it('are told again with the next change when telling failed', async () => {
    let isBroken = true;
    let told = 0;
    const { people, failures } = stage(() => {
      if (isBroken) return Promise.reject(new Error('away'));
      told += 1;
      return Promise.resolve();
    });
    people.join(connectionOf('ann').connection);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([failures.length, told]).toEqual([1, 0]);
    isBroken = false;
    people.changed(ACME, 'ann');
    await jest.advanceTimersByTimeAsync(1_000);
    expect([failures.length, told]).toEqual([1, 1]);
  });

  it('of the same name in two tenants are two', async () => {
    const told: (readonly [string, number])[] = [];
    const { people } = stage((connections) => {
      for (const { tenantId } of connections) told.push([tenantId, connections.size]);
      return Promise.resolve();
    });
    people.join(connectionOf('ann').connection);
    people.join(connectionOf('ann', 'beta').connection);
    await jest.advanceTimersByTimeAsync(1_000);
    people.changed(ACME, 'ann');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual([
      ['acme', 1],
      ['beta', 1],
      ['acme', 1],
    ]);
  });

  it('who left while they waited for their turn are not told, and come back as anybody', async () => {
    const told: string[] = [];
    let done = (): void => undefined;
    const { people } = stage((connections) => {
      told.push(...[...connections].map(({ userId }) => userId));
      return new Promise((resolve) => (done = resolve));
    });
    people.join(connectionOf('ann').connection);
    const bob = connectionOf('bob');
    people.join(bob.connection);
    bob.close();
    done();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual(['ann']);
    people.join(connectionOf('bob').connection);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual(['ann', 'bob']);
  });
});
