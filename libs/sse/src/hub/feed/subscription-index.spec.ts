import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DenseBucket } from '../../connection/dense-bucket.js';
import { SubscriptionFilter, type Addressed } from '../../connection/subscription-filter.js';
import { asUserId } from '@nest-herald/platform';
import { SubscriptionIndex, type IndexMember } from './subscription-index.js';

class Member implements IndexMember<Member> {
  buckets: readonly DenseBucket<Member>[] = [];
  indexes: number[] = [];
  lastDelivery = 0;
  constructor(public filter: SubscriptionFilter) {}
}

const users = ['ann', 'bob', 'eve'].map(asUserId);
const filters = fc
  .record({
    user: fc.constantFrom(...users),
    roles: fc.subarray(['role:hr', 'role:it', 'dept:1']),
    topics: fc.subarray(['job:1', 'job:2', 'job:*', '**', 'doc:a:b', 'doc:**', '*:a:*']),
  })
  .map(({ user, roles, topics }) => new SubscriptionFilter([user], [`user:${user}`, 'tenant', ...roles], topics));
const audiences: readonly Addressed[] = [
  ...['tenant', 'user:ann', 'role:hr', 'dept:1', 'topic:job:1', 'topic:job:3', 'topic:doc:a:b', 'topic:x'].map(
    (audience) => ({
      audience,
      recipients: null,
    }),
  ),
  { audience: 'users', recipients: [users[0]!, users[1]!, users[0]!] },
];

describe('SubscriptionIndex', () => {
  it('finds exactly the members that an event is addressed to, each once, over any history (P24)', () => {
    const steps = fc.array(fc.tuple(fc.nat(7), fc.constantFrom('add', 'remove', 'update'), filters), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(steps, (history) => {
        const index = new SubscriptionIndex<Member>();
        const present: (Member | null)[] = Array.from({ length: 8 }, () => null);
        for (const [who, what, filter] of history) {
          const member = present[who] ?? null;
          if (member === null && what === 'add') {
            const added = new Member(filter);
            present[who] = added;
            index.add(added);
          } else if (member !== null && what === 'remove') {
            index.remove(member);
            present[who] = null;
          } else if (member !== null && what === 'update') {
            member.filter = filter;
            index.update(member);
          }
          for (const event of audiences) {
            const found: Member[] = [];
            const taken = index.deliver(event, (m) => {
              found.push(m);
              return true;
            });
            const expected = present.filter((m) => m !== null && m.filter.matches(event));
            expect(new Set(found)).toEqual(new Set(expected));
            expect(found).toHaveLength(expected.length);
            expect(taken).toBe(expected.length);
          }
        }
        for (const member of present) if (member !== null) index.remove(member);
        expect(index.topics()).toEqual([]);
        expect(index.userCount()).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('delivers one frame to a follower of job:1 and job:* (P24)', () => {
    const index = new SubscriptionIndex<Member>();
    index.add(new Member(new SubscriptionFilter(users.slice(0, 1), [], ['job:1', 'job:*', '**'])));
    expect(index.deliver({ audience: 'topic:job:1', recipients: null }, () => true)).toBe(1);
  });

  it('counts only members that took the event', () => {
    const index = new SubscriptionIndex<Member>();
    for (const user of users) index.add(new Member(new SubscriptionFilter([user], ['tenant'], [])));
    let asked = 0;
    expect(index.deliver({ audience: 'tenant', recipients: null }, () => ++asked > 1)).toBe(2);
  });

  it('visits only members that an event is addressed to', () => {
    const index = new SubscriptionIndex<Member>();
    for (let i = 0; i < 5_000; i++)
      index.add(new Member(new SubscriptionFilter([asUserId(`u${i}`)], [`user:u${i}`], [`t:${i}`, `p:${i}:*`])));
    let asked = 0;
    const take = (): boolean => ++asked > 0;
    index.deliver({ audience: 'user:u7', recipients: null }, take);
    index.deliver({ audience: 'topic:t:7', recipients: null }, take);
    index.deliver({ audience: 'topic:p:7:x', recipients: null }, take);
    index.deliver({ audience: 'topic:unfollowed', recipients: null }, take);
    expect(asked).toBe(3);
  });
});
