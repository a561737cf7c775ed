import { describe, expect, it } from '@jest/globals';
import { describeBackplane } from '../testing/describe-backplane.js';
import type { BackplaneMessage } from './backplane.js';
import { MemoryBackplane, MemoryBus } from './memory-backplane.js';

describeBackplane(
  'MemoryBackplane',
  () => {
    const bus = new MemoryBus();
    return Promise.resolve({
      server: () => Promise.resolve(new MemoryBackplane(bus)),
      close: () => Promise.resolve(),
    });
  },
  { describe, it },
);

describe('MemoryBus', () => {
  it('delivers what a listener publishes after the current message, on every server', async () => {
    const bus = new MemoryBus();
    const [a, b] = [new MemoryBackplane(bus), new MemoryBackplane(bus)];
    const received: BackplaneMessage[][] = [[], []];
    await a.start((message) => {
      received[0]!.push(message);
      if (message.kind === 'wake-up' && message.shard < 3) a.publish({ kind: 'wake-up', shard: message.shard + 1 });
    });
    await b.start((message) => received[1]!.push(message));
    b.publish({ kind: 'wake-up', shard: 1 });
    const order = [1, 2, 3].map((shard) => ({ kind: 'wake-up', shard }));
    expect(received).toEqual([order, order]);
  });
});
