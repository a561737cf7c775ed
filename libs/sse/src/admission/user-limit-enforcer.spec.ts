import { afterEach, describe, expect, it } from '@jest/globals';
import type { OverLimitUser, TenantUser } from '../presence/cluster-slots.js';
import { asTenantId, asUserId } from '@nest-herald/platform';
import { eventually } from '../testing/eventually.js';
import { UserLimitEnforcer } from './user-limit-enforcer.js';

const person = (userId: string, tenantId = 'acme'): TenantUser => ({
  tenantId: asTenantId(tenantId),
  userId: asUserId(userId),
});

const enforcers: UserLimitEnforcer[] = [];
afterEach(() => {
  for (const enforcer of enforcers.splice(0)) enforcer.stop();
});

/** @param results the connections of ann that each check finds, in turn; none after the last. */
function setUp(results: readonly (readonly string[] | Error)[], onUserLimit: 'refuse' | 'close-oldest' = 'refuse') {
  const left = [...results];
  const checked: (readonly TenantUser[])[] = [];
  const closed: string[] = [];
  const failures: unknown[] = [];
  const clusterSlots = {
    isAlone: false,
    lagMs: 1,
    overLimitUsers: (users: readonly TenantUser[], limit: number): Promise<readonly OverLimitUser[]> => {
      checked.push(users);
      const found = left.shift() ?? [];
      if (found instanceof Error) return Promise.reject(found);
      return Promise.resolve(found.length > limit ? [{ ...person('ann'), connectionIds: found }] : []);
    },
  };
  const enforcer = new UserLimitEnforcer({
    clusterSlots,
    limits: { maxConnectionsPerUser: 2, onUserLimit },
    closeStream: ({ userId }, connectionId) => closed.push(`${userId} ${connectionId}`),
    warn: (_, error) => failures.push(error),
  });
  enforcers.push(enforcer);
  return { enforcer, clusterSlots, checked, closed, failures };
}

describe('UserLimitEnforcer', () => {
  it('P101: closes the newest streams beyond the limit after two checks found them', async () => {
    const streams = ['a.1', 'b.1', 'a.2', 'b.2'];
    const { enforcer, checked, closed } = setUp([streams, streams]);
    enforcer.opened(person('ann'));
    await eventually('closed', () => closed.length > 0);
    expect([checked.length, closed]).toEqual([2, ['ann a.2', 'ann b.2']]);
  });

  it('P101: closes the oldest streams under close-oldest', async () => {
    const streams = ['a.1', 'b.1', 'a.2', 'b.2'];
    const { enforcer, closed } = setUp([streams, streams], 'close-oldest');
    enforcer.opened(person('ann'));
    await eventually('closed', () => closed.length > 0);
    expect(closed).toEqual(['ann a.1', 'ann b.1']);
  });

  it('keeps a stream that was beyond the limit only until another server wrote a closing', async () => {
    const { enforcer, checked, closed } = setUp([
      ['a.1', 'b.1', 'b.2'],
      ['a.1', 'b.2'],
    ]);
    enforcer.opened(person('ann'));
    await eventually('two checks', () => checked.length === 2);
    expect(closed).toEqual([]);
  });

  it('checks a stream that appears at the second check once more, and closes each stream once', async () => {
    const streams = ['a.1', 'b.1', 'a.2'];
    const { enforcer, checked, closed } = setUp([streams, [...streams, 'b.2'], [...streams, 'b.2']]);
    enforcer.opened(person('ann'));
    await eventually('closed', () => closed.length === 2);
    expect([checked.length, closed]).toEqual([3, ['ann a.2', 'ann b.2']]);
  });

  it('checks many users at once, each user of each tenant once', async () => {
    const { enforcer, checked } = setUp([]);
    for (const who of [person('ann'), person('bob'), person('ann'), person('ann', 'beta')]) enforcer.opened(who);
    await eventually('a check', () => checked.length > 0);
    expect(checked).toEqual([[person('ann'), person('bob'), person('ann', 'beta')]]);
  });

  it('checks nothing while this server is alone', async () => {
    const { enforcer, clusterSlots, checked } = setUp([]);
    clusterSlots.isAlone = true;
    enforcer.opened(person('ann'));
    clusterSlots.isAlone = false;
    enforcer.opened(person('bob'));
    await eventually('a check', () => checked.length > 0);
    expect(checked).toEqual([[person('bob')]]);
  });

  it('repeats a failed check, and warns once', async () => {
    const away = new Error('away');
    const { enforcer, checked, failures } = setUp([away, away]);
    enforcer.opened(person('ann'));
    await eventually('a third check', () => checked.length === 3);
    expect(checked).toEqual([[person('ann')], [person('ann')], [person('ann')]]);
    expect(failures).toEqual([away]);
  });
});
