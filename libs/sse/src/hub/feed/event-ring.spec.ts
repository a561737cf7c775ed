import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeLogged, type EncodedEvent } from '../../connection/output/encoded-event.js';
import { asTenantId } from '@nest-herald/platform';
import { EventRing } from './event-ring.js';

const event = (seq: number, payload = 'x'): EncodedEvent =>
  encodeLogged('abcdefgh', {
    tenantId: asTenantId('acme'),
    seq,
    audience: 'tenant',
    recipients: null,
    type: 'e',
    payload,
    createdAt: new Date(0),
  });
const seqs = (events: readonly EncodedEvent[] | null): readonly number[] | null => events?.map((e) => e.seq) ?? null;

describe('EventRing', () => {
  it('behaves like a plain list of the newest events, over any growth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(3_000), fc.nat(100), (maxEvents, pushed, first) => {
        const ring = new EventRing(maxEvents, 1_000_000);
        for (let i = 1; i <= pushed; i++) ring.push(event(first + i));
        const kept = Array.from(
          { length: Math.min(maxEvents, pushed) },
          (_, i) => first + pushed - Math.min(maxEvents, pushed) + i + 1,
        );
        expect(ring.size).toBe(kept.length);
        if (kept.length === 0) return;
        const after = kept[0]! - 1;
        expect(seqs(ring.slice(after, first + pushed, 100))).toEqual(kept);
        expect(seqs(ring.slice(after, after + 1, 100))).toEqual(kept.slice(0, 1));
        expect(seqs(ring.slice(after, first + pushed, 2))).toEqual(kept.slice(0, 2));
        expect(seqs(ring.slice(first + pushed, first + pushed, 100))).toEqual([]);
        if (after > 0) expect(ring.slice(after - 1, first + pushed, 100)).toBeNull();
        expect(ring.at(kept[0]!)?.seq).toBe(kept[0]);
        expect(ring.at(after)).toBeUndefined();
        expect(ring.at(first + pushed + 1)).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });

  it('grows backwards as far as its bounds allow, without a gap', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.nat(30),
        fc.nat(30),
        fc.nat(3),
        (maxEvents, newer, older, hole) => {
          const ring = new EventRing(maxEvents, 1_000_000);
          for (let i = 1; i <= newer; i++) ring.push(event(100 + i));
          const before = ring.size;
          const oldest = ring.oldestSeq ?? 101;
          const added = Array.from({ length: older }, (_, i) => event(oldest - hole - older + i));
          const isComplete = ring.prepend(added);
          const fits = newer === 0 || hole === 0 ? Math.min(older, maxEvents - before) : 0;
          expect(ring.size).toBe(before + fits);
          expect(isComplete).toBe(older > 0 && (newer === 0 || hole === 0) && fits === older);
          const first = ring.oldestSeq;
          if (first !== null)
            expect(ring.slice(first - 1, 1_000, 1_000)?.map((e) => e.seq)).toEqual(
              Array.from({ length: ring.size }, (_, i) => first + i),
            );
        },
      ),
    );
  });

  it('returns null while it is empty', () => {
    expect(new EventRing(10, 1_000).slice(0, 5, 5)).toBeNull();
  });

  it('stays within its bytes and always keeps the newest event', () => {
    const ring = new EventRing(1_000, 500);
    for (let i = 1; i <= 50; i++) ring.push(event(i, 'x'.repeat(100)));
    expect(ring.bytes).toBeLessThanOrEqual(500);
    ring.push(event(51, 'x'.repeat(5_000)));
    expect(ring.size).toBe(1);
    expect(ring.at(51)?.seq).toBe(51);
  });

  it('restarts after a gap instead of hiding it', () => {
    const ring = new EventRing(10, 10_000);
    ring.push(event(1));
    ring.push(event(2));
    ring.push(event(5));
    expect(ring.slice(2, 5, 10)).toBeNull();
    expect(seqs(ring.slice(4, 5, 10))).toEqual([5]);
  });
});
