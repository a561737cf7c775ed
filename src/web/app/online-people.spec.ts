import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { OnlineUser, PresenceChange } from '../api/operations-api.js';
import { OnlinePeople } from './online-people.js';

const AT = '2026-11-21T08:00:00.000Z';
const user = (userId: string, generation: number): OnlineUser => ({
  userId,
  connections: 1,
  devices: ['desk'],
  since: AT,
  lastSeenAt: AT,
  generation,
});
const change = (userId: string, online: boolean, generation: number): PresenceChange => ({
  userId,
  online,
  connections: Number(online),
  at: AT,
  generation,
});
async function start(...items: readonly OnlineUser[]): Promise<OnlinePeople> {
  const people = new OnlinePeople();
  await people.refresh(() => Promise.resolve({ items, total: items.length }));
  return people;
}
const shown = (people: OnlinePeople): readonly string[] => people.list?.items.map((one) => one.userId) ?? [];

describe('OnlinePeople', () => {
  it('adds and removes people as events arrive, sorted by id, and counts them', async () => {
    const people = await start(user('bob', 3));
    expect(people.change(change('ann', true, 1))).toBe(true);
    expect([shown(people), people.list?.total]).toEqual([['ann', 'bob'], 2]);
    expect(people.change(change('bob', false, 3))).toBe(true);
    expect([shown(people), people.list?.total]).toEqual([['ann'], 1]);
  });

  it('P46: follows the newest session, whatever the order and number of events', async () => {
    const sessions = fc.integer({ min: 1, max: 4 });
    const events = fc.tuple(sessions, fc.boolean()).chain(([last, isOnline]) => {
      const all = Array.from({ length: last }, (_, n) => [
        change('ann', true, n + 1),
        change('ann', false, n + 1),
      ]).flat();
      const sent = isOnline ? all.slice(0, -1) : all;
      return fc.record({
        order: fc.shuffledSubarray([...sent, ...sent], { minLength: sent.length * 2 }),
        isOnline: fc.constant(isOnline),
      });
    });
    await fc.assert(
      fc.asyncProperty(events, async ({ order, isOnline }) => {
        const people = await start();
        for (const one of order) people.change(one);
        expect([shown(people), people.list?.total]).toEqual(isOnline ? [['ann'], 1] : [[], 0]);
      }),
    );
  });

  it('P46: keeps a person online when the end of an older session arrives late', async () => {
    const people = await start(user('ann', 5));
    expect(people.change(change('ann', false, 4))).toBe(false);
    expect(people.change(change('ann', true, 5))).toBe(false);
    expect(people.list?.items[0]?.devices).toEqual(['desk']);
  });

  it('applies events that arrive during a fetch on top of its response', async () => {
    const people = await start(user('ann', 1));
    let respond: (value: { items: OnlineUser[]; total: number }) => void = () => undefined;
    const refreshing = people.refresh(() => new Promise((resolve) => (respond = resolve)));
    people.change(change('ann', false, 1));
    people.change(change('bob', true, 1));
    respond({ items: [user('ann', 1)], total: 1 });
    await refreshing;
    expect(shown(people)).toEqual(['bob']);
  });

  it('keeps its list when the fetch fails', async () => {
    const people = await start(user('ann', 1));
    await expect(people.refresh(() => Promise.reject(new Error('offline')))).rejects.toThrow('offline');
    expect(shown(people)).toEqual(['ann']);
  });
});
