import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { asTenantId, systemClock } from '@nest-herald/platform';
import type { NewEvent } from '../vocabulary/envelope.js';
import { describeEventLog } from '../testing/describe-event-log.js';
import { ManualClock } from '../testing/manual-clock.js';
import { epochOf } from './epoch.js';
import { MemoryEventLog } from './memory-event-log.js';
import { MemoryLogStore } from './memory-log-store.js';

describeEventLog(
  'MemoryEventLog',
  () => {
    const store = new MemoryLogStore(randomUUID(), systemClock);
    return Promise.resolve({
      server: () => Promise.resolve(new MemoryEventLog(store)),
      begin: (log) => {
        const tx = (log as MemoryEventLog).begin();
        return Promise.resolve({
          tx,
          commit: () => Promise.resolve(tx.commit()),
          rollback: () => Promise.resolve(tx.rollback()),
        });
      },
      close: () => Promise.resolve(),
    });
  },
  { describe, it },
);

const acme = asTenantId('acme');
const note = (payload: string, dedupeKey?: string): NewEvent => ({
  tenantId: acme,
  audience: 'tenant',
  recipients: null,
  type: 'note',
  payload,
  ...(dedupeKey === undefined ? {} : { dedupeKey }),
});

describe('MemoryLogStore', () => {
  it('drops the oldest events beyond its bounds and raises its floor', async () => {
    const log = new MemoryEventLog(new MemoryLogStore('id', systemClock, { maxEventsPerTenant: 3 }));
    for (let i = 1; i <= 5; i++) await log.append([note(`${i}`)]);
    expect(await log.bounds(acme)).toMatchObject({ floor: 2, head: 5 });
    expect((await log.readRange(acme, 0, 5, 100)).map((e) => e.seq)).toEqual([3, 4, 5]);
  });

  it('stays bounded over many events', async () => {
    const log = new MemoryEventLog(new MemoryLogStore('id', systemClock, { maxEventsPerTenant: 10 }));
    for (let i = 1; i <= 5_000; i++) await log.append([note(`${i}`)]);
    expect((await log.readRange(acme, 0, 5_000, 5_000)).map((e) => e.payload)).toEqual(
      Array.from({ length: 10 }, (_, i) => `${4_991 + i}`),
    );
  });

  it('drops events by bytes and by age', async () => {
    const clock = new ManualClock();
    const log = new MemoryEventLog(new MemoryLogStore('id', clock, { maxBytesPerTenant: 10, maxAgeMs: 1_000 }));
    await log.append([note('12345'), note('12345'), note('12345')]);
    expect((await log.bounds(acme)).floor).toBe(1);
    clock.advance(1_001);
    expect(await log.bounds(acme)).toMatchObject({ floor: 3, head: 3 });
    await log.append([note('x')]);
    expect((await log.readRange(acme, 0, 9, 9)).map((e) => e.seq)).toEqual([4]);
  });

  it('drops a dedupe key after a day', async () => {
    const clock = new ManualClock();
    const log = new MemoryEventLog(new MemoryLogStore('id', clock));
    expect(await log.append([note('1', 'k')])).toEqual({ deduplicated: false });
    clock.advance(86_399_999);
    expect(await log.append([note('2', 'k')])).toEqual({ deduplicated: true });
    clock.advance(1);
    expect(await log.append([note('3', 'k')])).toEqual({ deduplicated: false });
  });

  it('writes all rows of one publication although they share a dedupe key', async () => {
    const log = new MemoryEventLog();
    expect(await log.append([note('1', 'k'), note('2', 'k')])).toEqual({ deduplicated: false });
    expect((await log.bounds(acme)).head).toBe(2);
  });

  it('skips an event at commit whose key another transaction has committed first', async () => {
    const log = new MemoryEventLog();
    const [a, b] = [log.begin(), log.begin()];
    await log.append([note('a', 'k')], a);
    await log.append([note('b', 'k')], b);
    b.commit();
    a.commit();
    expect((await log.readRange(acme, 0, 9, 9)).map((e) => e.payload)).toEqual(['b']);
  });
});

describe('epochOf', () => {
  it('returns eight base-36 characters of SHA-256(log id ‖ tenant id) (P3)', () => {
    // Computed independently: SHA-256 of "log-1acme" in base 36, 50 digits.
    expect(epochOf('log-1', acme)).toBe('4b8em8k1');
  });

  it('differs between tenants and between logs', () => {
    const epochs = new Set(
      ['log-1', 'log-2'].flatMap((id) => Array.from({ length: 500 }, (_, i) => epochOf(id, asTenantId(`t${i}`)))),
    );
    expect(epochs.size).toBe(1_000);
  });
});
