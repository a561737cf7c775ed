import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Pool } from 'pg';
import { LEASE_TTL_MS, ShardLeases } from './shard-leases.js';

interface Row {
  owner: string;
  term: number;
  until: number;
}

/** The table of leases; the clock of the database is that of the test. */
let table: Map<number, Row>;
let calls: string[];
let isDown: boolean;
let events: string[];
let leases: ShardLeases;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  [table, calls, isDown, events] = [new Map(), [], false, []];
});

afterEach(async () => {
  await leases.stop();
  jest.useRealTimers();
});

function start(shards: number): Promise<void> {
  leases = new ShardLeases(
    { query } as unknown as Pool,
    'me',
    shards,
    { now: () => new Date(), monotonicMs: () => Date.now() },
    {
      taken: (shard, term) => events.push(`taken ${shard} term ${term}`),
      lost: (shard) => events.push(`lost ${shard}`),
      identity: () => undefined,
      failed: () => undefined,
    },
  );
  return leases.start();
}

function query(asked: { readonly name: string; readonly values?: readonly unknown[] }): Promise<unknown> {
  calls.push(asked.name);
  if (isDown) return Promise.reject(new Error('down'));
  const now = Date.now();
  if (asked.name === 'sse-lease-ends') {
    return Promise.resolve({ rows: [...table].map(([shard, { until }]) => ({ shard, ends_in_ms: until - now })) });
  }
  const [owner, shards] = asked.values as [string, number[]];
  if (asked.name === 'sse-renew') {
    const kept = shards.filter((shard) => table.get(shard)?.owner === owner);
    for (const shard of kept) table.get(shard)!.until = now + LEASE_TTL_MS;
    return Promise.resolve({ rows: kept.map((shard) => ({ shard, log_id: 'log' })) });
  }
  const free = shards.filter((shard) => (table.get(shard)?.until ?? 0) <= now);
  for (const shard of free) {
    table.set(shard, { owner, term: (table.get(shard)?.term ?? 0) + 1, until: now + LEASE_TTL_MS });
  }
  return Promise.resolve({ rows: free.map((shard) => ({ shard, term: String(table.get(shard)?.term) })) });
}

const theirs = (forMs: number): Row => ({ owner: 'other', term: 4, until: Date.now() + forMs });

describe('ShardLeases', () => {
  it('takes all free leases at the start', async () => {
    await start(3);
    expect(events).toEqual(['taken 0 term 1', 'taken 1 term 1', 'taken 2 term 1']);
  });

  it('renews all leases of an owner in one statement', async () => {
    await start(8);
    calls.length = 0;
    await jest.advanceTimersByTimeAsync(10_000);
    const renewals = calls.filter((name) => name === 'sse-renew').length;
    expect(renewals).toBeGreaterThanOrEqual(18);
    expect(renewals).toBeLessThanOrEqual(23);
    expect(calls.filter((name) => name === 'sse-take')).toEqual([]);
    expect(events.filter((event) => event.startsWith('lost'))).toEqual([]);
  });

  it.each([1_010, 1_200, 1_333, 1_490, 1_500])(
    'takes the lease of a dead owner within 25 ms after its end, which is %i ms away',
    async (endsInMs) => {
      table.set(0, theirs(endsInMs));
      await start(1);
      await jest.advanceTimersByTimeAsync(endsInMs - 1);
      expect(leases.holds(0)).toBe(false);
      await jest.advanceTimersByTimeAsync(27);
      expect(leases.holds(0)).toBe(true);
      expect(events).toEqual(['taken 0 term 5']);
    },
  );

  it('leaves the lease of a live owner alone and reads it once for each renewal', async () => {
    table.set(0, theirs(LEASE_TTL_MS));
    await start(1);
    const renewing = setInterval(() => (table.get(0)!.until = Date.now() + LEASE_TTL_MS), 500);
    calls.length = 0;
    await jest.advanceTimersByTimeAsync(20_000);
    clearInterval(renewing);
    expect(calls).not.toContain('sse-take');
    expect(calls.length).toBeLessThanOrEqual(46);
  });

  it('takes the leases of shards that another server used before', async () => {
    table.set(5, theirs(-1));
    await start(1);
    expect(events.toSorted()).toEqual(['taken 0 term 1', 'taken 5 term 5']);
  });

  it('stops trusting a lease at its end while the database is down, and takes it again with a higher term', async () => {
    await start(1);
    isDown = true;
    await jest.advanceTimersByTimeAsync(LEASE_TTL_MS - 600);
    expect(leases.isTrusted(0)).toBe(true);
    await jest.advanceTimersByTimeAsync(601);
    expect(leases.isTrusted(0)).toBe(false);
    await jest.advanceTimersByTimeAsync(1_000);
    isDown = false;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(events).toEqual(['taken 0 term 1', 'lost 0', 'taken 0 term 2']);
  });

  it('loses a lease that the database does not confirm', async () => {
    await start(2);
    table.set(1, theirs(10_000));
    await jest.advanceTimersByTimeAsync(600);
    expect(events.at(-1)).toBe('lost 1');
    expect([leases.holds(0), leases.holds(1)]).toEqual([true, false]);
  });
});
