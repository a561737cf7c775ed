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

describe('ConnectedPeople', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const setUp = (send: (connections: ReadonlySet<Connection>) => Promise<void>) => {
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

  it('sends again with the next change after a failure', async () => {
    let isBroken = true;
    let sent = 0;
    const { people, failures } = setUp(() => {
      if (isBroken) return Promise.reject(new Error('away'));
      sent += 1;
      return Promise.resolve();
    });
    people.join(connectionOf('ann').connection);
    await jest.advanceTimersByTimeAsync(1_000);
    expect([failures.length, sent]).toEqual([1, 0]);
    isBroken = false;
    people.changed(ACME, 'ann');
    await jest.advanceTimersByTimeAsync(1_000);
    expect([failures.length, sent]).toEqual([1, 1]);
  });

  it('treats the same user id in two tenants as two people', async () => {
    const sent: (readonly [string, number])[] = [];
    const { people } = setUp((connections) => {
      for (const { tenantId } of connections) sent.push([tenantId, connections.size]);
      return Promise.resolve();
    });
    people.join(connectionOf('ann').connection);
    people.join(connectionOf('ann', 'beta').connection);
    await jest.advanceTimersByTimeAsync(1_000);
    people.changed(ACME, 'ann');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(sent).toEqual([
      ['acme', 1],
      ['beta', 1],
      ['acme', 1],
    ]);
  });

  it('does not send to a person who disconnected while queued, and sends when they return', async () => {
    const sent: string[] = [];
    let done = (): void => undefined;
    const { people } = setUp((connections) => {
      sent.push(...[...connections].map(({ userId }) => userId));
      return new Promise((resolve) => (done = resolve));
    });
    people.join(connectionOf('ann').connection);
    const bob = connectionOf('bob');
    people.join(bob.connection);
    bob.close();
    done();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(sent).toEqual(['ann']);
    people.join(connectionOf('bob').connection);
    await jest.advanceTimersByTimeAsync(1_000);
    expect(sent).toEqual(['ann', 'bob']);
  });
});
