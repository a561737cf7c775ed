import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DenseBucket, type BucketMember } from './dense-bucket.js';

class Member implements BucketMember<Member> {
  buckets: readonly DenseBucket<Member>[] = [];
  indexes: number[] = [];
}

describe('DenseBucket', () => {
  it('contains exactly the members that were added and not removed, without holes, over any history', () => {
    const steps = fc.array(fc.tuple(fc.nat(9), fc.subarray([0, 1, 2, 3])), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (history) => {
        const members = Array.from({ length: 10 }, () => new Member());
        const buckets = Array.from({ length: 4 }, (_, i) => new DenseBucket<Member>(`${i}`));
        const model = members.map((): readonly number[] => []);
        for (const [who, wanted] of history) {
          const member = members[who]!;
          const emptied = DenseBucket.removeFromAll(member);
          model[who] = [];
          for (const bucket of emptied) expect(bucket.members).toEqual([]);
          DenseBucket.addToAll(
            member,
            wanted.map((index) => buckets[index]!),
          );
          model[who] = wanted;
          for (const [index, bucket] of buckets.entries()) {
            const expected = members.filter((_, m) => model[m]!.includes(index));
            expect(new Set(bucket.members)).toEqual(new Set(expected));
            expect(bucket.members).toHaveLength(expected.length);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});
