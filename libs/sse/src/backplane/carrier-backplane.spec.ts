import { describe, expect, it } from '@jest/globals';
import { SseError } from '../vocabulary/sse.errors.js';
import { eventually } from '../testing/eventually.js';
import type { Carrier, CarrierEvents } from './carrier.js';
import { CarrierBackplane } from './carrier-backplane.js';

/** A carrier of one server; a test can delay, fail or discard what it sends. */
class TestCarrier implements Carrier {
  readonly maxTextBytes = 10_000;
  readonly sent: string[] = [];
  isConnected = false;
  discards = false;
  fault: Error | null = null;
  hold: Promise<void> = Promise.resolve();
  events: CarrierEvents | null = null;

  start(events: CarrierEvents): Promise<void> {
    if (this.fault) return Promise.reject(this.fault);
    this.events = events;
    this.isConnected = true;
    return Promise.resolve();
  }

  async send(texts: readonly string[]): Promise<void> {
    await this.hold;
    if (this.fault) throw this.fault;
    this.sent.push(...texts);
    if (!this.discards) for (const text of texts) this.events?.received(text);
  }

  stop(): Promise<void> {
    this.isConnected = false;
    return Promise.resolve();
  }

  unreachable(cause: unknown): SseError {
    return new SseError('ERR_SSE_BACKPLANE', `unreachable: ${String(cause)}`);
  }

  selfTestFailed(withinMs: number): SseError {
    return new SseError('ERR_SSE_BACKPLANE', `nothing came back within ${withinMs} ms`);
  }
}

async function started() {
  const carrier = new TestCarrier();
  const reported: string[] = [];
  const backplane = new CarrierBackplane(carrier, (what) => reported.push(what));
  const received: unknown[] = [];
  await backplane.start((message) => received.push(message));
  carrier.sent.length = 0;
  return { carrier, backplane, reported, received };
}

describe('CarrierBackplane', () => {
  it('refuses a carrier that cannot be reached, and one that discards what it sends', async () => {
    const unreachable = new TestCarrier();
    unreachable.fault = new Error('connection refused');
    await expect(new CarrierBackplane(unreachable, () => undefined).start(() => undefined)).rejects.toThrow(
      'unreachable: Error: connection refused',
    );
    const silent = new TestCarrier();
    silent.discards = true;
    await expect(new CarrierBackplane(silent, () => undefined).start(() => undefined)).rejects.toThrow(
      'nothing came back within 2000 ms',
    );
    expect(silent.isConnected).toBe(false);
  });

  it('runs one flush at a time and sends later messages with the next flush', async () => {
    const { carrier, backplane, received } = await started();
    let release = (): void => undefined;
    carrier.hold = new Promise((resolve) => (release = resolve));
    backplane.publish({ kind: 'wake-up', shard: 1 });
    await new Promise((resolve) => setImmediate(resolve));
    backplane.publish({ kind: 'wake-up', shard: 2 });
    backplane.publish({ kind: 'wake-up', shard: 3 });
    release();
    await eventually('all', () => received.length === 3);
    expect(carrier.sent).toHaveLength(2);
    await backplane.stop();
  });

  it('reports the first loss at once and later ones rarely, and counts all', async () => {
    const { carrier, backplane, reported } = await started();
    carrier.fault = new Error('cut');
    for (let i = 1; i <= 4; i++) {
      backplane.publish({ kind: 'wake-up', shard: i });
      await eventually('counted', () => backplane.counters.lost === i);
    }
    expect(reported).toEqual(['1 messages between servers were lost']);
    await backplane.stop();
    backplane.publish({ kind: 'wake-up', shard: 9 });
    expect(backplane.counters.lost).toBe(5);
  });

  it('sends what still waits before it stops, and receives nothing afterwards', async () => {
    const { carrier, backplane, received } = await started();
    backplane.publish({ kind: 'control', to: null, text: 'last' });
    await backplane.stop();
    expect(carrier.sent).toHaveLength(1);
    carrier.events?.received('[{"kind":"wake-up","shard":1}]');
    expect([received, backplane.isConnected()]).toEqual([[], false]);
  });
});
