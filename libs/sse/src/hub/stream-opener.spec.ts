import { describe, expect, it } from '@jest/globals';
import { parsePosition } from '@nest-herald/sse-protocol';
import fc from 'fast-check';
import { MemoryHub } from '../testing/memory-hub.js';

describe('any cursor', () => {
  it('opens the stream: exactly behind it where it is one of the log, with one resync where it is not (P6)', async () => {
    const node = await MemoryHub.start();
    const { connection } = await node.connect();
    const { epoch } = parsePosition(connection.position)!;
    connection.close('complete');
    await node.publish('tenant', ['1', '2', '3']);
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
    const met = { replay: 0, reset: 0, live: 0 };
    await fc.assert(
      fc.asyncProperty(cursors, async (cursor) => {
        const { connection: opened, sink } = await node.connect({ cursor });
        // A turn: what is replayed leaves the queue.
        await new Promise((resolve) => setImmediate(resolve));
        const [first, ...rest] = sink.events;
        const { resume } = JSON.parse(first!.payload) as { resume: keyof typeof met };
        met[resume] += 1;
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
    expect(Math.min(met.replay, met.reset)).toBeGreaterThan(10);
    await node.hub.stop();
  });
});
