import { afterEach, describe, expect, it } from '@jest/globals';
import type { OverLimitUser, TenantUser } from '../presence/cluster-slots.js';
import { asTenantId, asUserId } from '@nest-herald/platform';
import { eventually } from '../testing/eventually.js';
import { UserLimitEnforcer } from './user-limit-enforcer.js';

const person = (userId: string, tenantId = 'acme'): TenantUser => ({
  tenantId: asTenantId(tenantId),
  userId: asUserId(userId),
});

const keepers: UserLimitEnforcer[] = [];
afterEach(() => {
  for (const keeper of keepers.splice(0)) keeper.stop();
});

/** @param looks what each look finds, in turn, as connections of ann; behind the last nothing. */
function setUp(looks: readonly (readonly string[] | Error)[], onUserLimit: 'refuse' | 'close-oldest' = 'refuse') {
  const left = [...looks];
  const looked: (readonly TenantUser[])[] = [];
  const ended: string[] = [];
  const failures: unknown[] = [];
  const clusterSlots = {
    isAlone: false,
    lagMs: 1,
    overLimitUsers: (people: readonly TenantUser[], limit: number): Promise<readonly OverLimitUser[]> => {
      looked.push(people);
      const found = left.shift() ?? [];
      if (found instanceof Error) return Promise.reject(found);
      return Promise.resolve(found.length > limit ? [{ ...person('ann'), connectionIds: found }] : []);
    },
  };
  const keeper = new UserLimitEnforcer({
    clusterSlots,
    limits: { maxConnectionsPerUser: 2, onUserLimit },
    closeStream: ({ userId }, connectionId) => ended.push(`${userId} ${connectionId}`),
    warn: (_, error) => failures.push(error),
  });
  keepers.push(keeper);
  return { keeper, clusterSlots, looked, ended, failures };
}

describe('the look behind an opening', () => {
  it('P101: ends the newest streams beyond the limit, when two looks found them', async () => {
    const crowd = ['a.1', 'b.1', 'a.2', 'b.2'];
    const { keeper, looked, ended } = setUp([crowd, crowd]);
    keeper.opened(person('ann'));
    await eventually('ended', () => ended.length > 0);
    expect([looked.length, ended]).toEqual([2, ['ann a.2', 'ann b.2']]);
  });

  it('P101: ends the oldest ones where that is the rule', async () => {
    const crowd = ['a.1', 'b.1', 'a.2', 'b.2'];
    const { keeper, ended } = setUp([crowd, crowd], 'close-oldest');
    keeper.opened(person('ann'));
    await eventually('ended', () => ended.length > 0);
    expect(ended).toEqual(['ann a.1', 'ann b.1']);
  });

  it('spares what was beyond the limit only until a stream that had closed was written', async () => {
    const { keeper, looked, ended } = setUp([
      ['a.1', 'b.1', 'b.2'],
      ['a.1', 'b.2'],
    ]);
    keeper.opened(person('ann'));
    await eventually('two looks', () => looked.length === 2);
    expect(ended).toEqual([]);
  });

  it('gives one that turns up at the second look a second look of its own, and ends each once', async () => {
    const crowd = ['a.1', 'b.1', 'a.2'];
    const { keeper, looked, ended } = setUp([crowd, [...crowd, 'b.2'], [...crowd, 'b.2']]);
    keeper.opened(person('ann'));
    await eventually('ended', () => ended.length === 2);
    expect([looked.length, ended]).toEqual([3, ['ann a.2', 'ann b.2']]);
  });

  it('looks once at many, each person once, tenants apart', async () => {
    const { keeper, looked } = setUp([]);
    for (const who of [person('ann'), person('bob'), person('ann'), person('ann', 'beta')]) keeper.opened(who);
    await eventually('a look', () => looked.length > 0);
    expect(looked).toEqual([[person('ann'), person('bob'), person('ann', 'beta')]]);
  });

  it('is left out where nobody else is', async () => {
    const { keeper, clusterSlots, looked } = setUp([]);
    clusterSlots.isAlone = true;
    keeper.opened(person('ann'));
    clusterSlots.isAlone = false;
    keeper.opened(person('bob'));
    await eventually('a look', () => looked.length > 0);
    expect(looked).toEqual([[person('bob')]]);
  });

  it('looks again at those of a look that failed, and tells of it once', async () => {
    const away = new Error('away');
    const { keeper, looked, failures } = setUp([away, away]);
    keeper.opened(person('ann'));
    await eventually('a third look', () => looked.length === 3);
    expect(looked).toEqual([[person('ann')], [person('ann')], [person('ann')]]);
    expect(failures).toEqual([away]);
  });
});
