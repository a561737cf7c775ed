import { describe, expect, it } from '@jest/globals';
import { MemoryBackplane } from '@nest-herald/sse/spi';
import { describeBackplane, ManualClock, MemoryBus, MemoryHub } from '@nest-herald/sse/testing';

/** Resolves after the current turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a client that does not read', () => {
  it('is closed when its queue exceeds the limit, and counted', async () => {
    const memory = await MemoryHub.start({ options: { maxQueuedBytes: 16_384 }, clock: new ManualClock() });
    const { connection, sink } = await memory.connect({ user: 'ann' });
    sink.fill();
    memory.send('user:ann', 'the last event that its buffer accepts');
    await turn();
    for (let i = 0; i < 20; i++) memory.send('user:ann', 'x'.repeat(1_000));
    expect(connection.state).not.toBe('live');
    expect(memory.hub.stats(null).slowConsumersTotal).toBe(1);
    await memory.hub.stop();
  });
});

// The contract of a backplane. Replace MemoryBackplane by yours, and create one per server.
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
