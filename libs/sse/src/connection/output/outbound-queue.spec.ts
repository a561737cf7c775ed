import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RecordingSink } from '../../testing/recording-sink.js';
import { encodeEphemeral, type EncodedEvent } from './encoded-event.js';
import { OutboundQueue, type QueueLimits, type QueueOwner } from './outbound-queue.js';
import { TurnScheduler } from './turn-scheduler.js';

const event = (payload: string, conflationKey?: string): EncodedEvent =>
  encodeEphemeral({
    audience: 'tenant',
    recipients: null,
    type: 'e',
    payload,
    ...(conflationKey === undefined ? {} : { conflationKey }),
  });

class Owner implements QueueOwner {
  overflows = 0;
  progress = 0;
  dropped = 0;
  onOverflow(): void {
    this.overflows += 1;
  }
  onProgress(): void {
    this.progress += 1;
  }
  onDropped(count: number): void {
    this.dropped += count;
  }
}

describe('OutboundQueue', () => {
  let sink: RecordingSink;
  let owner: Owner;
  let ends: (() => void)[];
  const endTurn = (): void => ends.splice(0).forEach((end) => end());
  const sent = (): readonly string[] => sink.payloads('e');
  const make = (limits: Partial<QueueLimits> = {}): OutboundQueue => {
    const scheduler = new TurnScheduler((end) => ends.push(end));
    return new OutboundQueue(sink, scheduler, { maxQueuedBytes: 262_144, clientBufferSize: 0, ...limits }, owner);
  };

  beforeEach(() => {
    sink = new RecordingSink();
    owner = new Owner();
    ends = [];
  });

  it('writes the first frame of a turn at once and joins the others into one write', () => {
    const queue = make();
    for (const payload of ['1', '2', '3']) queue.push(event(payload));
    expect(sent()).toEqual(['1']);
    endTurn();
    expect(sent()).toEqual(['1', '2', '3']);
    expect(sink.writes).toEqual([1, 2]);
    queue.push(event('4'));
    expect(sent()).toEqual(['1', '2', '3', '4']);
  });

  it('keeps frames in order while the carrier is full, until it drains', () => {
    const queue = make();
    sink.fill();
    for (const payload of ['1', '2', '3']) queue.push(event(payload));
    endTurn();
    expect(sent()).toEqual(['1']);
    sink.drain();
    expect(sent()).toEqual(['1', '2', '3']);
    expect(owner.progress).toBe(1);
  });

  it('does not overflow on a burst to a client that reads, however long', () => {
    const queue = make({ maxQueuedBytes: 16_384, clientBufferSize: 4 });
    for (let i = 0; i < 1_000; i++) queue.push(event('x'.repeat(1_000)));
    endTurn();
    expect(owner.overflows).toBe(0);
    expect(sent()).toHaveLength(1_000);
  });

  it('overflows beyond the byte limit when the client does not read, counting what the carrier holds', () => {
    const queue = make({ maxQueuedBytes: 1_000 });
    sink.fill();
    queue.push(event('1'));
    sink.queuedBytes = 800;
    queue.push(event('x'.repeat(100)));
    expect(owner.overflows).toBe(0);
    queue.push(event('x'.repeat(100)));
    expect(owner.overflows).toBe(1);
  });

  it('overflows beyond the frame limit when the client does not read', () => {
    const queue = make({ clientBufferSize: 2 });
    sink.fill();
    for (let i = 0; i < 3; i++) queue.push(event(`${i}`));
    expect(owner.overflows).toBe(0);
    queue.push(event('3'));
    expect(owner.overflows).toBe(1);
  });

  it('accepts everything with limits off', () => {
    const queue = make({ maxQueuedBytes: 0 });
    sink.fill();
    for (let i = 0; i < 100; i++) queue.push(event('x'.repeat(10_000)));
    expect(owner.overflows).toBe(0);
  });

  it('replaces a queued ephemeral event by a newer one with the same key, at the end (P23)', () => {
    const queue = make();
    sink.fill();
    queue.push(event('first'));
    queue.push(event('10 %', 'job'));
    queue.push(event('between'));
    queue.push(event('20 %', 'job'));
    queue.push(event('other', 'job-2'));
    sink.drain();
    expect(sent()).toEqual(['first', 'between', '20 %', 'other']);
    expect(owner.dropped).toBe(1);
  });

  it('conflates events with a key before it overflows', () => {
    const queue = make({ maxQueuedBytes: 2_000 });
    sink.fill();
    for (let i = 0; i < 10_000; i++) queue.push(event(`${i}`, 'dashboard'));
    expect(owner.overflows).toBe(0);
    sink.drain();
    expect(sent().at(-1)).toBe('9999');
    expect(sent().length).toBeLessThan(5);
  });

  it('calls back when it is writable: at once, or after the drain', () => {
    const queue = make();
    const calls: string[] = [];
    queue.whenWritable(() => calls.push('idle'));
    sink.fill();
    queue.push(event('1'));
    queue.whenWritable(() => calls.push('drained'));
    expect(calls).toEqual(['idle']);
    sink.drain();
    expect(calls).toEqual(['idle', 'drained']);
  });

  it('wakes its waiters when the connection closes', () => {
    const queue = make();
    sink.fill();
    queue.push(event('1'));
    let woken = 0;
    queue.whenWritable(() => (woken += 1));
    queue.wakeWaiters();
    queue.wakeWaiters();
    expect(woken).toBe(1);
  });

  it('counts what it drops', () => {
    const queue = make();
    sink.fill();
    for (const payload of ['1', '2', '3']) queue.push(event(payload));
    queue.clear();
    expect(owner.dropped).toBe(2);
    expect(queue.queuedBytes).toBe(0);
    sink.drain();
    expect(sent()).toEqual(['1']);
  });

  it('neither loses nor reorders events over any mix of bursts, turns, stalls and drains', () => {
    const step = fc.constantFrom('push', 'key a', 'key a', 'key a', 'key b', 'turn', 'fill', 'fill', 'drain');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
        sink = new RecordingSink();
        owner = new Owner();
        ends = [];
        const queue = make();
        const pushed: { payload: string; key: string | undefined }[] = [];
        for (const [i, what] of steps.entries()) {
          if (what === 'turn') endTurn();
          else if (what === 'fill') sink.fill();
          else if (what === 'drain') sink.drain();
          else {
            const key = what === 'push' ? undefined : what;
            pushed.push({ payload: `${i}`, key });
            queue.push(event(`${i}`, key));
          }
        }
        sink.drain();
        endTurn();
        endTurn();
        const order = sent().map(Number);
        expect(order).toEqual([...order].sort((a, b) => a - b));
        for (const { payload, key } of pushed) if (key === undefined) expect(sent()).toContain(payload);
        for (const key of ['key a', 'key b']) {
          const last = pushed.findLast((p) => p.key === key);
          if (last !== undefined) expect(sent()).toContain(last.payload);
        }
        expect(sent().length + owner.dropped).toBe(pushed.length);
        expect(queue.queuedBytes).toBe(0);
      }),
      { numRuns: 150 },
    );
  });
});
