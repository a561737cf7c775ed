import { describe, expect, it } from '@jest/globals';
import { parsePosition } from '@nest-herald/sse-protocol';
import fc from 'fast-check';
import { MemoryHub } from '../testing/memory-hub.js';

describe('StreamOpener', () => {
  it('accepts any cursor: it replays after one of the log, and sends one resync for any other (P6)', async () => {
    const server = await MemoryHub.start();
    const { connection } = await server.connect();
    const { epoch } = parsePosition(connection.position)!;
    connection.close('complete');
    await server.publish('tenant', ['1', '2', '3']);
    const near = fc
      .tuple(
        fc.constantFrom(epoch, epoch.toUpperCase(), 'zzzzzzzz', '', '__proto__'),
        fc.constantFrom('.', '', ' .', '..', ':'),
      )
      .chain(([left, dot]) =>
        fc
          .oneof(
            fc.integer({ min: -2, max: 6 }).map(String),
            fc.constantFrom('03', '1e0', '9007199254740993', '1 ', '\0', ''),
          )
          .map((number) => left + dot + number),
      );
    const cursors = fc.oneof(
      fc.integer({ min: 0, max: 6 }).map((number) => `${epoch}.${number}`),
      near,
      fc.string({ unit: 'binary' }),
    );
    const counts = { replay: 0, reset: 0, live: 0 };
    await fc.assert(
      fc.asyncProperty(cursors, async (cursor) => {
        const { connection: opened, sink } = await server.connect({ cursor });
        // One turn, in which the replayed events leave the queue.
        await new Promise((resolve) => setImmediate(resolve));
        const [first, ...rest] = sink.events;
        const { resume } = JSON.parse(first!.payload) as { resume: keyof typeof counts };
        counts[resume] += 1;
        const seen = rest.filter(({ type }) => type === 'note').map(({ payload }) => payload);
        const resyncs = rest.filter(({ type }) => type === 'resync');
        const position = parsePosition(cursor);
        const isOfTheLog = position !== null && position.epoch === epoch && position.seq <= 3;
        expect(resume).toBe(cursor === '' ? 'live' : isOfTheLog ? 'replay' : 'reset');
        expect(resyncs).toHaveLength(resume === 'reset' ? 1 : 0);
        expect(seen).toEqual(isOfTheLog ? ['1', '2', '3'].slice(position.seq) : []);
        expect(first!.position).toBe(resume === 'reset' ? null : resume === 'live' ? `${epoch}.3` : cursor);
        opened.close('complete');
      }),
      { numRuns: 200 },
    );
    expect(Math.min(counts.replay, counts.reset)).toBeGreaterThan(10);
    await server.hub.stop();
  });
});
