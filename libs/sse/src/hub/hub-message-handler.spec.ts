import { expect, it } from '@jest/globals';
import { MemoryBackplane, MemoryBus } from '../backplane/memory-backplane.js';
import { MemoryEventLog } from '../event-log/memory-event-log.js';
import { eventually } from '../testing/eventually.js';
import { MemoryHub } from '../testing/memory-hub.js';

it('HubMessageHandler passes wake-ups of other servers to the log, even after one threw', async () => {
  const bus = new MemoryBus();
  const log = new MemoryEventLog();
  const woken: number[] = [];
  Object.assign(log, {
    wakeUp: (shard: number) => {
      woken.push(shard);
      if (shard === 1) throw new Error('not mine');
    },
  });
  const server = await MemoryHub.start({ eventLog: log, backplane: new MemoryBackplane(bus) });
  const other = new MemoryBackplane(bus);
  await other.start(() => undefined);
  for (const shard of [0, 1, 2]) other.publish({ kind: 'wake-up', shard });
  await eventually('all wake-ups', () => woken.length === 3);
  expect(woken).toEqual([0, 1, 2]);
  expect(server.warnings.join()).toContain('not mine');
  await other.stop();
  await server.hub.stop();
});
