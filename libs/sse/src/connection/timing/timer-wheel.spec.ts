import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TimerWheel, type WheelEntry } from './timer-wheel.js';

class Entry implements WheelEntry {
  dueAtMs = Infinity;
  wheelSlot = -1;
  wheelIndex = -1;
  readonly calls: number[] = [];
  onCall: (nowMs: number) => number = () => Infinity;

  onDue(nowMs: number): number {
    this.calls.push(nowMs);
    return this.onCall(nowMs);
  }
}

function run(wheel: TimerWheel, fromMs: number, toMs: number, stepMs: number): void {
  for (let now = fromMs + stepMs; now <= toMs; now += stepMs) wheel.advance(now);
}

describe('TimerWheel', () => {
  it('calls every entry once, never early, at most one tick late', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 50 }), fc.nat(10_000), (times, start) => {
        const wheel = new TimerWheel(100, start);
        const entries = times.map((time) => {
          const entry = new Entry();
          wheel.schedule(entry, start + time);
          return { entry, dueAt: start + time };
        });
        run(wheel, start, start + 301_000, 100);
        for (const { entry, dueAt } of entries) {
          expect(entry.calls).toHaveLength(1);
          expect(entry.calls[0]).toBeGreaterThanOrEqual(dueAt);
          expect(entry.calls[0]! - dueAt).toBeLessThanOrEqual(200);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('calls again when an entry asks for it', () => {
    const wheel = new TimerWheel(100, 0);
    const entry = new Entry();
    entry.onCall = (now) => now + 1_000;
    wheel.schedule(entry, 1_000);
    run(wheel, 0, 5_000, 100);
    expect(entry.calls).toEqual([1_000, 2_000, 3_000, 4_000, 5_000]);
  });

  it('moves an entry that is scheduled again, and does not call one that was removed', () => {
    const wheel = new TimerWheel(100, 0);
    const [moved, removed] = [new Entry(), new Entry()];
    wheel.schedule(moved, 500);
    wheel.schedule(removed, 500);
    wheel.schedule(moved, 900);
    wheel.remove(removed);
    wheel.remove(removed);
    run(wheel, 0, 2_000, 100);
    expect([moved.calls, removed.calls]).toEqual([[900], []]);
  });

  it('does not call an entry that another one removed in the same tick', () => {
    const wheel = new TimerWheel(100, 0);
    const entries = [new Entry(), new Entry()];
    for (const [i, entry] of entries.entries()) {
      entry.onCall = () => {
        wheel.remove(entries[1 - i]!);
        return Infinity;
      };
      wheel.schedule(entry, 100);
    }
    wheel.advance(100);
    expect(entries[0]!.calls.length + entries[1]!.calls.length).toBe(1);
  });

  it('catches up after a stall longer than its round, each entry once', () => {
    const wheel = new TimerWheel(100, 0);
    const entries = [1, 10_000, 51_000, 51_300, 600_000].map((at) => {
      const entry = new Entry();
      wheel.schedule(entry, at);
      return entry;
    });
    wheel.advance(590_000);
    expect(entries.map((entry) => entry.calls.length)).toEqual([1, 1, 1, 1, 0]);
    run(wheel, 590_000, 600_100, 100);
    expect(entries[4]!.calls).toEqual([600_000]);
  });
});
