import { describe, expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import type { RemoteCounts } from '../../../presence/cluster-slots.js';
import { asTenantId, asUserId } from '../../../vocabulary/principal.js';
import { ManualClock } from '../../../testing/manual-clock.js';
import { PostgresPlaces } from './postgres-places.js';

const BOTH = { tenant: true, user: true };
const acme = asTenantId('acme');

interface Question {
  readonly users: readonly string[];
  readonly tenants: readonly string[];
  readonly answer: (found: { people?: object[]; tenants?: object }) => void;
  readonly fail: (error: Error) => void;
}

/** A database that answers when the test says so. */
function setUp(others = 1, answerMs = 60_000) {
  const questions: Question[] = [];
  const pool = {
    query: ({ values }: { values: [string, string[], string[], string[], string[]] }) =>
      new Promise((resolve, reject) => {
        const answer: Question['answer'] = (found) =>
          resolve({ rows: [{ people: found.people ?? [], tenants: found.tenants ?? {} }] });
        questions.push({ users: values[2], tenants: values[4], answer, fail: reject });
      }),
  } as unknown as Pool;
  const clock = new ManualClock();
  const written = (): Promise<void> => Promise.resolve();
  const places = new PostgresPlaces({ pool, clock, bootId: 'boot', lagMs: 1, answerMs, written });
  places.noticed(others);
  const ask = (user: string, wanted = BOTH): Promise<RemoteCounts> =>
    places.remoteCounts({ tenantId: acme, userId: asUserId(user), device: 'desk' }, wanted);
  return { places, questions, clock, ask };
}

describe('what other nodes hold', () => {
  it('is not asked while there is no other node', async () => {
    const { ask, questions } = setUp(0);
    expect(await ask('ann')).toEqual({ tenant: 0, user: 0, oldest: null });
    expect(questions).toEqual([]);
  });

  it('is asked once for everybody who came while a question was under way, a thousand at a time', async () => {
    const { ask, questions } = setUp();
    const storm = Array.from({ length: 2_501 }, (_, n) => ask(`u${n}`));
    for (let n = 0; n < 4; n++) {
      expect(questions).toHaveLength(n + 1);
      questions[n]?.answer({ people: [{ no: 1, connections: n + 1, oldestId: null, oldestSince: null }] });
      await storm[n === 0 ? 0 : 1 + (n - 1) * 1_000];
      await new Promise((resolve) => setImmediate(resolve));
    }
    const told = await Promise.all(storm);
    expect(questions.map(({ users }) => users.length)).toEqual([1, 1_000, 1_000, 500]);
    const those = [...told.entries()].filter(([, { user }]) => user > 0).map(([n, { user }]) => [n, user]);
    expect(those).toEqual([
      [0, 1],
      [1, 2],
      [1_001, 3],
      [2_001, 4],
    ]);
  });

  it('tells each of their own, with the oldest stream', async () => {
    const { ask, questions } = setUp();
    const first = ask('first');
    const [ann, bob] = [ask('ann'), ask('bob')];
    questions[0]?.answer({ tenants: { acme: 7 } });
    expect(await first).toEqual({ tenant: 7, user: 0, oldest: null });
    await new Promise((resolve) => setImmediate(resolve));
    const since = '2026-01-01T00:00:00+00:00';
    questions[1]?.answer({ people: [{ no: 2, connections: 3, oldestId: 'far.1', oldestSince: since }] });
    expect(await ann).toEqual({ tenant: 7, user: 0, oldest: null });
    expect(await bob).toEqual({ tenant: 7, user: 3, oldest: { connectionId: 'far.1', since: new Date(since) } });
  });

  it('counts a tenant at most once a second, and leaves out what no limit needs', async () => {
    const { ask, questions, clock } = setUp();
    const answers = async (asking: Promise<RemoteCounts>, acmeHolds: number): Promise<number> => {
      questions.at(-1)?.answer({ tenants: { acme: acmeHolds } });
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
    expect(questions.map(({ users, tenants }) => [users.length, tenants.length])).toEqual([
      [1, 1],
      [1, 0],
      [1, 1],
      [1, 0],
      [0, 1],
    ]);
  });

  it('fails at once for all who wait when a question fails, and is asked again by the next', async () => {
    const { ask, questions } = setUp();
    const waiting = [ask('ann'), ask('bob'), ask('cee')].map((asking) => asking.catch(String));
    questions[0]?.fail(new Error('away'));
    expect(await Promise.all(waiting)).toEqual(['Error: away', 'Error: away', 'Error: away']);
    const next = ask('ann');
    questions[1]?.answer({});
    expect((await next).user).toBe(0);
  });

  it('is given up in time, and nothing piles up behind a question that is not settled', async () => {
    const { ask, questions } = setUp(1, 50);
    await expect(ask('ann')).rejects.toMatchObject({ code: 'ERR_SSE_STORAGE' });
    await expect(ask('bob')).rejects.toMatchObject({ code: 'ERR_SSE_STORAGE' });
    expect(questions).toHaveLength(1);
    questions[0]?.fail(new Error('the time-out of the driver'));
    await new Promise((resolve) => setImmediate(resolve));
    const next = ask('ann');
    questions[1]?.answer({});
    expect((await next).user).toBe(0);
  });

  it('begins with another node, and says so once each time', () => {
    const { places } = setUp(0);
    const noticed: boolean[] = [];
    places.onServerJoined(() => noticed.push(places.isAlone));
    for (const others of [0, 2, 1, 0, 1]) places.noticed(others);
    expect(noticed).toEqual([false, false]);
  });
});
