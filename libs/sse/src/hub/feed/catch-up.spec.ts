import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { asTenantId, systemClock } from '@nest-herald/platform';
import type { Connection } from '../../connection/connection.js';
import { eventually } from '../../testing/eventually.js';
import { MemoryHub } from '../../testing/memory-hub.js';
import { RecordingSink } from '../../testing/recording-sink.js';
import type { LogBounds, ReplayPage, ReplayRequest } from '../../event-log/event-log.js';
import { MemoryEventLog } from '../../event-log/memory-event-log.js';
import { MemoryLogStore } from '../../event-log/memory-log-store.js';

const acme = asTenantId('acme');
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A log whose reads wait for a gate that the test opens. */
class GatedLog extends MemoryEventLog {
  gate: () => Promise<void> = () => Promise.resolve();
  readonly memory: MemoryLogStore;
  reads = 0;

  constructor(bounds: object = {}) {
    const memory = new MemoryLogStore(randomUUID(), systemClock, bounds);
    super(memory);
    this.memory = memory;
  }

  override async bounds(tenantId: typeof acme): Promise<LogBounds> {
    await this.gate();
    return super.bounds(tenantId);
  }

  override async readRange(tenantId: typeof acme, after: number, upTo: number, limit: number) {
    await this.gate();
    return super.readRange(tenantId, after, upTo, limit);
  }

  override async readFor(tenantId: typeof acme, request: ReplayRequest): Promise<ReplayPage> {
    this.reads += 1;
    await this.gate();
    return super.readFor(tenantId, request);
  }
}

describe('Catch-up', () => {
  let server: MemoryHub;
  const start = async (parts: Parameters<typeof MemoryHub.start>[0] = {}): Promise<MemoryHub> =>
    (server = await MemoryHub.start(parts));
  const epoch = async (): Promise<string> => (await server.log.bounds(acme)).epoch;
  const cursor = async (seq: number): Promise<string> => `${await epoch()}.${seq}`;
  const live = (connection: Connection): Promise<unknown> => eventually('live', () => connection.state === 'live');
  const settled = async (sink: RecordingSink, seqs: readonly number[]): Promise<void> => {
    await eventually(`${seqs.length} events`, () => sink.seqs.length >= seqs.length);
    await turn();
    expect(sink.seqs).toEqual(seqs);
  };
  const resyncs = (sink: RecordingSink): unknown[] =>
    sink.payloads('resync').map((p) => (JSON.parse(p) as { reason: string }).reason);

  afterEach(() => server.hub.stop());

  it('replays missed events in order, once, and continues live (P51)', async () => {
    await start();
    await server.publish('tenant', ['1', '2', '3', '4', '5']);
    const { connection, sink } = await server.connect({ cursor: await cursor(2) });
    await live(connection);
    await server.publish('tenant', ['6']);
    await settled(sink, [3, 4, 5, 6]);
    expect(JSON.parse(sink.payloads('connected')[0]!)).toMatchObject({ resume: 'replay' });
    expect(sink.events[0]!.position).toBe(await cursor(2));
  });

  it('reads the ring and not the log when the ring reaches back far enough', async () => {
    const eventLog = new GatedLog();
    await start({ eventLog });
    await server.connect({ user: 'bob' });
    await server.publish('tenant', numbers(1, 20).map(String));
    await eventually('the ring', () => server.hub.stats(null).eventsSentTotal === 20);
    const { sink } = await server.connect({ cursor: await cursor(3) });
    await settled(sink, numbers(4, 20));
    expect(eventLog.reads).toBe(0);
  });

  it('fills the ring once for all clients that reconnect to a server that has just started', async () => {
    const eventLog = new GatedLog();
    await start({ eventLog });
    await server.publish('tenant', numbers(1, 900).map(String));
    const position = await cursor(300);
    const readRange = eventLog.readRange.bind(eventLog);
    let ranges = 0;
    eventLog.readRange = (...args) => {
      ranges += 1;
      return readRange(...args);
    };
    const people = await Promise.all(numbers(1, 100).map((i) => server.connect({ user: `u${i}`, cursor: position })));
    for (const { sink } of people) await settled(sink, numbers(301, 900));
    expect(eventLog.reads).toBe(0);
    expect(ranges).toBe(2);
  });

  it('applies the current rights (P50)', async () => {
    await start();
    await server.publish('role:hr', ['old role']);
    await server.publish('topic:job:7', ['topic']);
    await server.publish('user:bob', ['foreign']);
    await server.publish(['ann', 'bob'], ['named']);
    const { sink } = await server.connect({ cursor: await cursor(0), topics: ['job:*'] });
    await settled(sink, [2, 4]);
    const other = await server.connect({ cursor: await cursor(0), roles: ['hr'], user: 'eve' });
    await settled(other.sink, [1]);
  });

  it.each([
    ['malformed', () => 'nonsense', 'invalid_cursor'],
    ['of another tenant', async () => `${(await server.log.bounds(asTenantId('beta'))).epoch}.1`, 'epoch'],
    ['ahead of the log', () => cursor(99), 'invalid_cursor'],
    ['below the floor', () => cursor(1), 'history_gap'],
  ])('answers a cursor that is %s with one resync and continues live (P6, P32)', async (_, make, reason) => {
    await start({ eventLog: new GatedLog({ maxEventsPerTenant: 3 }) });
    await server.publish('tenant', ['1', '2', '3', '4', '5']);
    const { connection, sink } = await server.connect({ cursor: await make() });
    expect([sink.types, resyncs(sink), connection.state]).toEqual([['connected'], [], 'live']);
    await turn();
    expect(resyncs(sink)).toEqual([reason]);
    expect(sink.events[0]!.position).toBeNull();
    expect(sink.events[1]!.position).toBe(await cursor(5));
    await server.publish('tenant', ['6']);
    await settled(sink, [6]);
  });

  it('resumes from exactly the floor', async () => {
    await start({ eventLog: new GatedLog({ maxEventsPerTenant: 3 }) });
    await server.publish('tenant', ['1', '2', '3', '4', '5']);
    const { sink } = await server.connect({ cursor: await cursor(2) });
    await settled(sink, [3, 4, 5]);
    expect(resyncs(sink)).toEqual([]);
  });

  it('sends one resync beyond the limit of events, then is live (P52)', async () => {
    await start({ options: { replayMaxEvents: 10 } });
    await server.publish('tenant', numbers(1, 30).map(String));
    const { connection, sink } = await server.connect({ cursor: await cursor(0) });
    await live(connection);
    await server.publish('tenant', ['31']);
    await settled(sink, [...numbers(1, 10), 31]);
    expect(resyncs(sink)).toEqual(['overflow']);
  });

  it('replays exactly the limit without a resync (P52)', async () => {
    await start({ options: { replayMaxEvents: 10 } });
    await server.publish('tenant', numbers(1, 10).map(String));
    const { sink } = await server.connect({ cursor: await cursor(0) });
    await settled(sink, numbers(1, 10));
    expect(resyncs(sink)).toEqual([]);
  });

  it('sends one resync beyond the limit of scanned rows for a follower of patterns (P52)', async () => {
    await start({ options: { replayMaxScannedRows: 250, ringMaxEvents: 1 } });
    await server.publish('topic:other', numbers(1, 600).map(String));
    const { connection, sink } = await server.connect({ cursor: await cursor(0), topics: ['job:*'] });
    await live(connection);
    await turn();
    expect([resyncs(sink), sink.seqs]).toEqual([['overflow'], []]);
  });

  it('sends a resync for a cursor that is too old, whether the ring or the log is read (P52)', async () => {
    await start({ options: { replayMaxAgeMs: 30 } });
    await server.connect({ user: 'bob' });
    await server.publish('tenant', ['1', '2']);
    await eventually('old enough', async () => (await server.log.firstSince(acme, new Date(Date.now() - 30))) === 3);
    const fromRing = await server.connect({ cursor: await cursor(0) });
    await turn();
    expect(resyncs(fromRing.sink)).toEqual(['history_gap']);
    const upToDate = await server.connect({ cursor: await cursor(2) });
    await turn();
    expect(resyncs(upToDate.sink)).toEqual([]);
  });

  it('sends a resync instead of skipping rows that retention drops between two pages', async () => {
    const eventLog = new GatedLog({ maxEventsPerTenant: 500 });
    await start({ eventLog, options: { ringMaxEvents: 1 } });
    await server.publish('tenant', numbers(1, 500).map(String));
    const position = await cursor(0);
    let gates: (() => void)[] = [];
    const prepared = await server.prepare({ cursor: position });
    eventLog.gate = () => new Promise((resolve) => gates.push(resolve));
    const sink = new RecordingSink();
    const connection = prepared.attachTo(sink);
    expect(connection.state).toBe('replaying');
    eventLog.memory.append(
      numbers(1, 300).map((i) => ({
        tenantId: acme,
        audience: 'tenant',
        recipients: null,
        type: 'note',
        payload: `${i}`,
      })),
    );
    await eventually('live', () => {
      const open = gates;
      gates = [];
      for (const pass of open) pass();
      return connection.state === 'live';
    });
    await turn();
    expect(resyncs(sink)).toEqual(['history_gap']);
  });

  it('waits for a client that reads slowly instead of queueing its whole replay', async () => {
    await start({ options: { replayMaxEvents: 0, maxQueuedBytes: 100_000 } });
    await server.publish(
      'tenant',
      Array.from({ length: 100 }, () => 'x'.repeat(10_000)),
    );
    const prepared = await server.prepare({ cursor: await cursor(0) });
    const sink = new RecordingSink();
    sink.fill();
    const connection = prepared.attachTo(sink);
    let drains = 0;
    let most = 0;
    await eventually('the whole replay', async () => {
      most = Math.max(most, connection.queuedBytes);
      sink.drain();
      sink.fill();
      drains += 1;
      await turn();
      return sink.seqs.length === 100;
    });
    expect(sink.seqs).toEqual(numbers(1, 100));
    expect(drains).toBeGreaterThan(5);
    expect(most).toBeLessThan(100_000);
    expect(connection.state).not.toBe('closing');
  });

  it('reads on when more live events arrive during the replay than may be pending', async () => {
    const eventLog = new GatedLog();
    await start({ eventLog, options: { ringMaxEvents: 1, replayMaxEvents: 0 } });
    await server.publish('tenant', numbers(1, 10).map(String));
    const position = await cursor(0);
    let open: (() => void) | undefined;
    const { connection, sink } = await (async () => {
      const prepared = await server.prepare({ cursor: position });
      const recording = new RecordingSink();
      let first = true;
      eventLog.gate = () => {
        if (!first) return Promise.resolve();
        first = false;
        return new Promise((resolve) => (open = resolve));
      };
      return { connection: prepared.attachTo(recording), sink: recording };
    })();
    await server.publish('tenant', numbers(11, 2_500).map(String));
    await eventually('live delivery', () => server.hub.stats(acme).eventsSentTotal >= 2_490);
    open?.();
    await live(connection);
    await settled(sink, numbers(1, 2_500));
  });

  it('asks the client to reconnect when the log cannot be read', async () => {
    const eventLog = new GatedLog();
    await start({ eventLog, options: { ringMaxEvents: 1 } });
    await server.publish('tenant', ['1', '2', '3']);
    const prepared = await server.prepare({ cursor: await cursor(0) });
    eventLog.gate = () => Promise.reject(new Error('the database is away'));
    const sink = new RecordingSink();
    prepared.attachTo(sink);
    await eventually('the close event', () => sink.types.includes('close'));
    expect(JSON.parse(sink.payloads('close')[0]!)).toMatchObject({ reconnect: true });
    expect(server.warnings.join()).toContain('the database is away');
  });

  it('releases everything when the client disconnects at any point of the replay', async () => {
    const eventLog = new GatedLog();
    await start({ eventLog, options: { ringMaxEvents: 1, replayMaxEvents: 0 } });
    await server.publish('tenant', numbers(1, 700).map(String));
    const position = await cursor(0);
    for (let point = 0; point < 5; point++) {
      const prepared = await server.prepare({ cursor: position });
      const sink = new RecordingSink();
      let reads = 0;
      eventLog.gate = () => {
        if (reads++ === point) sink.leave();
        return Promise.resolve();
      };
      const connection = prepared.attachTo(sink);
      await eventually('the end', () => connection.state === 'closed');
      await turn();
      expect(reads).toBe(point + 1);
      expect(server.hub.stats(acme).connections).toBe(0);
      expect(server.hub.find(connection.id)).toBeUndefined();
      expect(await server.presence.isOnline(acme, connection.userId)).toBe(false);
      eventLog.gate = () => Promise.resolve();
    }
  });
});
