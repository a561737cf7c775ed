import { expect, it } from '@jest/globals';
import { SseError } from '../vocabulary/sse.errors.js';
import { eventually } from '../testing/eventually.js';
import type { Carrier, CarrierEvents } from './carrier.js';
import { CarrierBackplane } from './carrier-backplane.js';

/** A carrier of one node whose sending a test can hold, break or swallow. */
class TestCarrier implements Carrier {
  readonly maxTextBytes = 10_000;
  readonly sent: string[] = [];
  isConnected = false;
  isDeaf = false;
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
    if (!this.isDeaf) for (const text of texts) this.events?.heard(text);
  }

  stop(): Promise<void> {
    this.isConnected = false;
    return Promise.resolve();
  }

  unreachable(cause: unknown): SseError {
    return new SseError('ERR_SSE_BACKPLANE', `unreachable: ${String(cause)}`);
  }

  deaf(withinMs: number): SseError {
    return new SseError('ERR_SSE_BACKPLANE', `deaf for ${withinMs} ms`);
  }
}

async function started() {
  const carrier = new TestCarrier();
  const told: string[] = [];
  const backplane = new CarrierBackplane(carrier, (what) => told.push(what));
  const heard: unknown[] = [];
  await backplane.start((message) => heard.push(message));
  carrier.sent.length = 0;
  return { carrier, backplane, told, heard };
}

it('refuses a carrier that cannot be reached, and one that swallows what is sent', async () => {
  const away = new TestCarrier();
  away.fault = new Error('nobody there');
  await expect(new CarrierBackplane(away, () => undefined).start(() => undefined)).rejects.toThrow(
    'unreachable: Error: nobody there',
  );
  const deaf = new TestCarrier();
  deaf.isDeaf = true;
  await expect(new CarrierBackplane(deaf, () => undefined).start(() => undefined)).rejects.toThrow('deaf for 2000 ms');
  expect(deaf.isConnected).toBe(false);
});

it('sends one flush at a time, and what comes meanwhile with the next', async () => {
  const { carrier, backplane, heard } = await started();
  let release = (): void => undefined;
  carrier.hold = new Promise((resolve) => (release = resolve));
  backplane.publish({ kind: 'wake-up', shard: 1 });
  await new Promise((resolve) => setImmediate(resolve));
  backplane.publish({ kind: 'wake-up', shard: 2 });
  backplane.publish({ kind: 'wake-up', shard: 3 });
  release();
  await eventually('all', () => heard.length === 3);
  expect(carrier.sent).toHaveLength(2);
  await backplane.stop();
});

it('tells of losses at once and then seldom, and counts them all', async () => {
  const { carrier, backplane, told } = await started();
  carrier.fault = new Error('cut');
  for (let i = 1; i <= 4; i++) {
    backplane.publish({ kind: 'wake-up', shard: i });
    await eventually('counted', () => backplane.counters.lost === i);
  }
  expect(told).toEqual(['1 messages between nodes were lost']);
  await backplane.stop();
  backplane.publish({ kind: 'wake-up', shard: 9 });
  expect(backplane.counters.lost).toBe(5);
});

it('sends what still waits before it stops, and hears nothing afterwards', async () => {
  const { carrier, backplane, heard } = await started();
  backplane.publish({ kind: 'control', to: null, text: 'last' });
  await backplane.stop();
  expect(carrier.sent).toHaveLength(1);
  carrier.events?.heard('[{"kind":"wake-up","shard":1}]');
  expect([heard, backplane.isConnected()]).toEqual([[], false]);
});
