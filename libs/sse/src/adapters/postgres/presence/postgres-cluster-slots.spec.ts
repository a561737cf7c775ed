import { describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import type { RemoteCounts } from '../../../presence/cluster-slots.js';
import { asTenantId, asUserId } from '@nest-herald/platform';
import { ManualClock } from '../../../testing/manual-clock.js';
import { PostgresClusterSlots } from './postgres-cluster-slots.js';

const BOTH = { tenant: true, user: true };
const acme = asTenantId('acme');

interface Query {
  readonly users: readonly string[];
  readonly tenants: readonly string[];
  readonly answer: (found: { people?: object[]; tenants?: object }) => void;
  readonly fail: (error: Error) => void;
}

/** A database that answers when the test says so. */
function setUp(others = 1, timeoutMs = 60_000) {
  const queries: Query[] = [];
  const pool = {
    query: ({ values }: { values: [string, string[], string[], string[], string[]] }) =>
      new Promise((resolve, reject) => {
        const answer: Query['answer'] = (found) =>
          resolve({ rows: [{ people: found.people ?? [], tenants: found.tenants ?? {} }] });
        queries.push({ users: values[2], tenants: values[4], answer, fail: reject });
      }),
  } as unknown as Pool;
  const clock = new ManualClock();
  const written = (): Promise<void> => Promise.resolve();
  const slots = new PostgresClusterSlots({ pool, clock, bootId: 'boot', lagMs: 1, timeoutMs, written });
  slots.setOtherServers(others);
  const ask = (user: string, needed = BOTH): Promise<RemoteCounts> =>
    slots.remoteCounts({ tenantId: acme, userId: asUserId(user), device: 'desk' }, needed);
  return { slots, queries, clock, ask };
}

describe('PostgresClusterSlots', () => {
  it('queries nothing while there is no other server', async () => {
    const { ask, queries } = setUp(0);
    expect(await ask('ann')).toEqual({ tenant: 0, user: 0, oldest: null });
    expect(queries).toEqual([]);
  });

  it('combines all requests that arrive during a query into the next one, a thousand users at a time', async () => {
    const { ask, queries } = setUp();
    const storm = Array.from({ length: 2_501 }, (_, n) => ask(`u${n}`));
    for (let n = 0; n < 4; n++) {
      expect(queries).toHaveLength(n + 1);
      queries[n]?.answer({ people: [{ no: 1, connections: n + 1, oldestId: null, oldestSince: null }] });
      await storm[n === 0 ? 0 : 1 + (n - 1) * 1_000];
      await new Promise((resolve) => setImmediate(resolve));
    }
    const counts = await Promise.all(storm);
    expect(queries.map(({ users }) => users.length)).toEqual([1, 1_000, 1_000, 500]);
    const found = [...counts.entries()].filter(([, { user }]) => user > 0).map(([n, { user }]) => [n, user]);
    expect(found).toEqual([
      [0, 1],
      [1, 2],
      [1_001, 3],
      [2_001, 4],
    ]);
  });

  it('returns the counts of each user with the oldest stream', async () => {
    const { ask, queries } = setUp();
    const first = ask('first');
    const [ann, bob] = [ask('ann'), ask('bob')];
    queries[0]?.answer({ tenants: { acme: 7 } });
    expect(await first).toEqual({ tenant: 7, user: 0, oldest: null });
    await new Promise((resolve) => setImmediate(resolve));
    const since = '2026-01-01T00:00:00+00:00';
    queries[1]?.answer({ people: [{ no: 2, connections: 3, oldestId: 'far.1', oldestSince: since }] });
    expect(await ann).toEqual({ tenant: 7, user: 0, oldest: null });
    expect(await bob).toEqual({ tenant: 7, user: 3, oldest: { connectionId: 'far.1', since: new Date(since) } });
  });

  it('counts a tenant at most once a second, and leaves out counts that no limit needs', async () => {
    const { ask, queries, clock } = setUp();
    const answers = async (asking: Promise<RemoteCounts>, acmeHolds: number): Promise<number> => {
      queries.at(-1)?.answer({ tenants: { acme: acmeHolds } });
      return (await asking).tenant;
    };
    expect(await answers(ask('ann'), 5)).toBe(5);
    clock.advance(1_000);
    expect(await answers(ask('ann'), 6)).toBe(5);
    clock.advance(1);
    expect(await answers(ask('ann'), 6)).toBe(6);
    expect(await answers(ask('ann', { tenant: false, user: true }), 6)).toBe(0);
    clock.advance(2_000);
    expect(await answers(ask('ann', { tenant: true, user: false }), 8)).toBe(8);
    expect(queries.map(({ users, tenants }) => [users.length, tenants.length])).toEqual([
      [1, 1],
      [1, 0],
      [1, 1],
      [1, 0],
      [0, 1],
    ]);
  });

  it('fails all waiting requests at once when a query fails, and queries again for the next request', async () => {
    const { ask, queries } = setUp();
    const waiting = [ask('ann'), ask('bob'), ask('cee')].map((asking) => asking.catch(String));
    queries[0]?.fail(new Error('disconnected'));
    expect(await Promise.all(waiting)).toEqual(['Error: disconnected', 'Error: disconnected', 'Error: disconnected']);
    const next = ask('ann');
    queries[1]?.answer({});
    expect((await next).user).toBe(0);
  });

  it('abandons a late query in time, and queues nothing while it has not settled', async () => {
    const { ask, queries } = setUp(1, 50);
    await expect(ask('ann')).rejects.toMatchObject({ code: 'ERR_SSE_STORAGE' });
    await expect(ask('bob')).rejects.toMatchObject({ code: 'ERR_SSE_STORAGE' });
    expect(queries).toHaveLength(1);
    queries[0]?.fail(new Error('timeout of the driver'));
    await new Promise((resolve) => setImmediate(resolve));
    const next = ask('ann');
    queries[1]?.answer({});
    expect((await next).user).toBe(0);
  });

  it('calls the listener each time the first other server joins', () => {
    const { slots } = setUp(0);
    const joined: boolean[] = [];
    slots.onServerJoined(() => joined.push(slots.isAlone));
    for (const others of [0, 2, 1, 0, 1]) slots.setOtherServers(others);
    expect(joined).toEqual([false, false]);
  });
});
