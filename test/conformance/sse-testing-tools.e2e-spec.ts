import { describe, expect, it } from '@jest/globals';
import { MemoryBackplane } from '@nest-herald/sse/spi';
import { describeBackplane, ManualClock, MemoryBus, MemoryHub } from '@nest-herald/sse/testing';

/** Lets what was begun in this turn of the event loop end. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a client that does not read', () => {
  it('is closed when more waits for it than is allowed, and counted', async () => {
    const memory = await MemoryHub.start({ options: { maxQueuedBytes: 16_384 }, clock: new ManualClock() });
    const { connection, sink } = await memory.connect({ user: 'ann' });
    sink.fill();
    memory.send('user:ann', 'the last one that its buffer takes');
    await turn();
    for (let i = 0; i < 20; i++) memory.send('user:ann', 'x'.repeat(1_000));
    expect(connection.state).not.toBe('live');
    expect(memory.hub.stats(null).slowConsumersTotal).toBe(1);
    await memory.hub.stop();
  });
});

// What an adapter of your own must keep. This is the one in memory; give yours, and a way to make as many nodes as are asked for.
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
