import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { MemoryEventLog } from '../../event-log/memory-event-log.js';
import { MemoryHub } from '../../testing/memory-hub.js';

let server: MemoryHub;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

afterEach(() => server.hub.stop());

describe('TenantFeed', () => {
  it('stops asking the log for what a wrong hint announced, and delivers later events at once', async () => {
    const log = new MemoryEventLog();
    let forgeHint = (_heads: Readonly<Record<string, number>>): void => {};
    const begin = log.start.bind(log);
    log.start = (sinks) => {
      forgeHint = (heads) => sinks.observe({ shard: 0, no: 1, heads });
      return begin(sinks);
    };
    let reads = 0;
    const bounds = log.bounds.bind(log);
    log.bounds = (tenantId) => {
      reads += 1;
      return bounds(tenantId);
    };
    server = await MemoryHub.start({ eventLog: log });
    const { sink } = await server.connect();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
    try {
      await server.publish('tenant', ['1']);
      forgeHint({ acme: 1_000_000 });
      await jest.advanceTimersByTimeAsync(60_000);
      expect(reads).toBeLessThanOrEqual(3);
      await server.publish('tenant', ['2']);
      await jest.advanceTimersByTimeAsync(0);
      await turn();
      expect(sink.payloads('note')).toEqual(['1', '2']);
    } finally {
      jest.useRealTimers();
    }
  });
});
