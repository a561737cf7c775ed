import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryEventLog } from '../../event-log/memory-event-log.js';
import { MemoryHub } from '../../testing/memory-hub.js';

let node: MemoryHub;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

afterEach(() => node.hub.stop());

describe('the live order of a tenant', () => {
  it('does not ask the log for ever for what a hint made up, and delivers what comes then at once', async () => {
    const log = new MemoryEventLog();
    let lie = (_heads: Readonly<Record<string, number>>): void => {};
    const begin = log.start.bind(log);
    log.start = (sinks) => {
      lie = (heads) => sinks.observe({ shard: 0, no: 1, heads });
      return begin(sinks);
    };
    let looks = 0;
    const bounds = log.bounds.bind(log);
    log.bounds = (tenantId) => {
      looks += 1;
      return bounds(tenantId);
    };
    node = await MemoryHub.start({ eventLog: log });
    const { sink } = await node.connect();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
    try {
      await node.publish('tenant', ['1']);
      lie({ acme: 1_000_000 });
      await jest.advanceTimersByTimeAsync(60_000);
      expect(looks).toBeLessThanOrEqual(3);
      await node.publish('tenant', ['2']);
      await jest.advanceTimersByTimeAsync(0);
      await turn();
      expect(sink.payloads('note')).toEqual(['1', '2']);
    } finally {
      jest.useRealTimers();
    }
  });
});
