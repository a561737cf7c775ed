import { describe, expect, it } from '@jest/globals';
import { asTenantId } from '@nest-herald/platform';
import { describeControlMailbox } from '../testing/describe-control-mailbox.js';
import { ManualClock } from '../testing/manual-clock.js';
import { MemoryControlMailbox } from './memory-control-mailbox.js';

describeControlMailbox(
  'in memory',
  () => {
    const mailbox = new MemoryControlMailbox();
    return Promise.resolve({
      server: async (nodeId) => {
        await mailbox.open(nodeId);
        return mailbox;
      },
      close: () => Promise.resolve(),
    });
  },
  { describe, it },
);

it('returns no request that is older than five seconds', async () => {
  const clock = new ManualClock();
  const mailbox = new MemoryControlMailbox(clock);
  await mailbox.open('asked');
  await mailbox.put({ id: 'a', nodeId: 'asked', tenantId: asTenantId('acme'), request: '{}' });
  clock.advance(5_001);
  expect(await mailbox.take('a', 'asked')).toBeNull();
});
