import { describe, expect, it } from '@jest/globals';
import { asTenantId, systemClock } from '@nest-herald/platform';
import { MemoryEventLog } from '../event-log/memory-event-log.js';
import { describeRevocationStore } from '../testing/describe-revocation-store.js';
import { ManualClock } from '../testing/manual-clock.js';
import { MemoryRevocationStore } from './memory-revocation-store.js';

describeRevocationStore(
  'in memory',
  () => {
    const log = new MemoryEventLog();
    return Promise.resolve({
      store: new MemoryRevocationStore(log, systemClock),
      log,
      close: () => Promise.resolve(),
    });
  },
  { describe, it },
);

it('refuses when it is full of revocations in force, and accepts again when one expires', async () => {
  const clock = new ManualClock();
  const store = new MemoryRevocationStore(new MemoryEventLog(), clock, 2);
  const acme = asTenantId('acme');
  await store.revoke(acme, { sessionId: 'a' }, 1_000);
  await store.revoke(acme, { sessionId: 'b' }, 5_000);
  await expect(store.revoke(acme, { sessionId: 'c' }, 1_000)).rejects.toMatchObject({ code: 'at_capacity' });
  clock.advance(1_001);
  await store.revoke(acme, { sessionId: 'c' }, 1_000);
  expect((await store.active(acme, 10)).map(({ target }) => target)).toEqual([{ sessionId: 'c' }, { sessionId: 'b' }]);
});
