import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asTenantId } from '@nest-herald/platform';
import { MemoryHub } from '../../testing/memory-hub.js';
import { RecordingSink } from '../../testing/recording-sink.js';
import type { LogBounds, ReplayPage, ReplayRequest } from '../../event-log/event-log.js';
import { MemoryEventLog } from '../../event-log/memory-event-log.js';

const acme = asTenantId('acme');
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A log whose reads wait for a gate that the test opens. */
class GatedLog extends MemoryEventLog {
  gate: () => Promise<void> = () => Promise.resolve();

  override async bounds(tenantId: typeof acme): Promise<LogBounds> {
    await this.gate();
    return super.bounds(tenantId);
  }

  override async readRange(tenantId: typeof acme, after: number, upTo: number, limit: number) {
    await this.gate();
    return super.readRange(tenantId, after, upTo, limit);
  }

  override async readFor(tenantId: typeof acme, request: ReplayRequest): Promise<ReplayPage> {
    await this.gate();
    return super.readFor(tenantId, request);
  }
}

describe('Catch-up', () => {
  it('never loses, duplicates or reorders events, whatever the interleaving (P21, P22, P51)', async () => {
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          what: fc.constant('publish' as const),
          to: fc.constantFrom('tenant', 'user:ann', 'user:bob', 'topic:job:1'),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          what: fc.constant('connect' as const),
          back: fc.nat(30),
          user: fc.constantFrom('ann', 'bob'),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          what: fc.constantFrom('fill' as const, 'drain' as const, 'turn' as const),
          who: fc.nat(5),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(step, { maxLength: 80, size: 'max' }),
        fc.constantFrom(1, 5, 1_000),
        async (s, steps, ring) => {
          const eventLog = new GatedLog();
          const one = await MemoryHub.start({ eventLog, options: { ringMaxEvents: ring } });
          await one.connect({ user: 'keeps-the-tenant-warm' });
          eventLog.gate = () => s.schedule(Promise.resolve());
          const { epoch: now } = await MemoryEventLog.prototype.bounds.call(eventLog, acme);
          const audiences: string[] = [];
          const opened: Promise<{ after: number; user: string; sink: RecordingSink }>[] = [];
          const sinks: RecordingSink[] = [];
          for (const action of steps) {
            if (action.what === 'publish') {
              audiences.push(action.to);
              await one.publish(action.to, ['x']);
            } else if (action.what === 'connect') {
              const after = Math.max(0, audiences.length - action.back);
              const visitor = { user: action.user, cursor: `${now}.${after}`, topics: ['job:*'] };
              opened.push(
                one.connect(visitor).then(({ sink }) => {
                  sinks.push(sink);
                  return { after, user: action.user, sink };
                }),
              );
            } else if (action.what === 'turn') await turn();
            else sinks[action.who % Math.max(1, sinks.length)]?.[action.what]();
            if (s.count() > 2) await s.waitOne();
          }
          const all = Promise.all(opened);
          let isDone = false;
          void all.then(() => (isDone = true));
          const end = `${now}.${audiences.length}`;
          const isQuiet = (): boolean =>
            isDone &&
            one.hub.connections(acme).every((c) => c.state === 'live' && c.queuedBytes === 0 && c.position === end);
          for (let i = 0; i < 2_000 && !isQuiet(); i++) {
            if (s.count() > 0) await s.waitOne();
            for (const sink of sinks) sink.drain();
            await turn();
          }
          for (const { after, user, sink } of await all) {
            const expected = audiences
              .map((audience, i) => ({ audience, seq: i + 1 }))
              .filter(
                ({ audience, seq }) => seq > after && ['tenant', `user:${user}`, 'topic:job:1'].includes(audience),
              )
              .map(({ seq }) => seq);
            expect(sink.seqs).toEqual(expected);
            expect(sink.payloads('resync')).toEqual([]);
          }
          await one.hub.stop();
        },
      ),
      { numRuns: 60 },
    );
  });
});
