import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

import { parseBenchOptions } from './bench-options.js';
import { MEASURED } from './capacity-costs.js';
import { type Limits, planFor, type Workload } from './capacity-model.js';
import { Arrivals, wallClockMs } from './load/arrivals.js';
import { LoadClient } from './load/load-client.js';
import { churn } from './load/churn.js';
import { reconnectAll } from './load/reconnect-all.js';
import type { RetainedResources } from './processes/messages.js';
import { FigureBook } from './report/figure.js';
import { compare } from './report/ratio.js';
import { spreadOf } from './report/statistics.js';
import { ratioTable } from './report/table.js';
import { benchEvent, EVENT_BYTES } from './servers/bench-event.js';
import type { BenchServer } from './servers/bench-server.js';
import { SERVER_TITLES, startServer } from './servers/server-registry.js';
import { verdictOf } from './soak-verdict.js';

describe('Every server of the bench', () => {
  let control: Server;
  let server: BenchServer;
  let load: LoadClient;
  let finishedRounds: Promise<unknown>;

  const begin = async (name: string): Promise<void> => {
    control = createServer((socket) => {
      finishedRounds = once(socket, 'data');
      socket.on('error', () => socket.destroy());
    }).listen(0, '127.0.0.1');
    await once(control, 'listening');
    server = await startServer(name);
    load = new LoadClient();
    await load.connect({ ...server, controlPort: (control.address() as AddressInfo).port }, 3);
  };

  afterEach(async () => {
    load.close();
    await server.close();
    control.close();
  });

  it.each(Object.keys(SERVER_TITLES))('%s delivers to all connections, once', async (name) => {
    await begin(name);
    load.expect(6);
    await server.publishToAll(benchEvent(1));
    await server.publishToAll(benchEvent(2));
    await finishedRounds;
    expect(load.counts()).toEqual({ total: 6, fewest: 2, most: 2, closed: 0 });
  });

  it('herald sends reconnecting streams the events that they missed', async () => {
    await begin('herald');
    const position = load.lastPosition;
    load.leave();
    await server.publishToAll(benchEvent(1));
    await server.publishToAll(benchEvent(2));
    const { replayed } = await reconnectAll({ ...server, controlPort: 0 }, 3, position, 2);
    expect(replayed).toBe(6);
    expect(server.logReads?.()).toBe(0);
  });

  it.each(Object.keys(SERVER_TITLES))('%s delivers to one user and to no other', async (name) => {
    await begin(name);
    load.expect(2);
    await server.publishToUser(1, benchEvent(1));
    await server.publishToUser(1, benchEvent(2));
    await finishedRounds;
    expect(load.counts()).toEqual({ total: 2, fewest: 0, most: 2, closed: 0 });
  });
});

describe('The arrivals of the bench', () => {
  it('measure the latency of each event, by event or by user', async () => {
    const now = wallClockMs();
    for (const order of ['everyone', 'in-turn'] as const) {
      const arrivals = new Arrivals(2, 2);
      for (const event of [0, 1]) for (const connection of [0, 1]) arrivals.note(connection, event);
      const publishedAt =
        order === 'everyone' ? [now - 40_000, now - 20_000] : [40, 30, 20, 10].map((s) => now - s * 1_000);
      const { p50Ms, maxMs } = await arrivals.compare(publishedAt, order);
      expect(Math.round(p50Ms / 10_000)).toBe(order === 'everyone' ? 4 : 3);
      expect(Math.round(maxMs / 10_000)).toBe(4);
    }
  });

  it('refuse events that were not published', () => {
    const arrivals = new Arrivals(1, 1);
    arrivals.note(0, 0);
    expect(() => arrivals.note(0, 1)).toThrow('more than published');
  });
});

describe('The soak', () => {
  const sample = (change: Partial<RetainedResources> = {}): RetainedResources => ({
    heapBytes: 30e6,
    rssBytes: 130e6,
    handles: 4,
    listeners: 14,
    openFiles: 23,
    ...change,
  });

  it('accepts stable resources, whatever a single sample shows', () => {
    const samples = [sample(), sample(), sample({ heapBytes: 90e6, handles: 50 }), sample(), sample(), sample()];
    expect(verdictOf(samples).isStable).toBe(true);
  });

  it.each(['heapBytes', 'handles', 'listeners', 'openFiles'] as const)('detects growing %s', (what) => {
    const step = what === 'heapBytes' ? 1e6 : 2;
    const samples = Array.from({ length: 9 }, (_, index) => sample({ [what]: sample()[what] + index * step }));
    expect(verdictOf(samples).isStable).toBe(false);
    expect(verdictOf(samples).lines.filter((line) => line.startsWith('GROWS'))).toHaveLength(1);
  });

  it('refuses fewer than three samples', () => {
    expect(() => verdictOf([sample(), sample()])).toThrow('three samples');
  });

  it('opens and closes streams, and leaves none open', async () => {
    const server = await startServer('herald');
    const target = { ...server, controlPort: 0 };
    const { connects, refused } = await churn({ target, seconds: 0.5, streams: 3, users: 20, maxLifeMs: 200 });
    expect(connects).toBeGreaterThan(3);
    expect(refused).toBe(0);
    await server.close();
  });
});

describe('The capacity model', () => {
  const workload: Workload = {
    tenants: 50,
    people: 400,
    skew: 0.8,
    online: 0.3,
    streamsPerPerson: 1.3,
    eventsPerPersonMinute: 2,
    audience: 5,
    rowsPerEvent: 4,
  };
  const limits: Limits = { utilisation: 0.6, streamsPerServer: 12_000, serverMegabytes: 1_024, stormSeconds: 15 };

  it('never needs fewer servers for more users', () => {
    const sizes = [1, 4, 16, 64].map((times) => planFor({ ...workload, people: 400 * times }, limits, MEASURED));
    for (const [index, plan] of sizes.slice(1).entries()) {
      expect(plan.servers).toBeGreaterThanOrEqual(sizes[index]!.servers);
      expect(plan.cells).toBeGreaterThanOrEqual(sizes[index]!.cells);
    }
    expect(sizes.at(-1)!.cells).toBeGreaterThan(1);
  });

  it('keeps its limits in the seconds that it simulates', () => {
    const { simulated } = planFor({ ...workload, people: 20_000 }, limits, MEASURED);
    expect(simulated.serverP50).toBeLessThanOrEqual(limits.utilisation);
    expect(simulated.shardP50).toBeLessThanOrEqual(limits.utilisation);
    expect(simulated.serverP99).toBeLessThan(1);
  });

  it('reports a tenant that is too large for one shard', () => {
    const { tooLarge } = planFor({ ...workload, tenants: 3, people: 3_000_000, skew: 1 }, limits, MEASURED);
    expect(tooLarge.map(({ rank }) => rank)).toEqual([1, 2, 3]);
  });

  it('plans at least two servers', () => {
    expect(planFor({ ...workload, tenants: 1, people: 10 }, limits, MEASURED).servers).toBe(2);
  });
});

describe('The figures of the bench', () => {
  it('come from events of one size, whatever their number', () => {
    for (const n of [0, 9, 10, 123_456]) expect(JSON.stringify(benchEvent(n))).toHaveLength(EVENT_BYTES);
  });

  it('show the median and the range', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
  });

  it('are divided within a repetition, and left out if one side was not measured', () => {
    const book = new FigureBook();
    for (const [ours, theirs] of [
      [2, 1],
      [40, 10],
      [9, 3],
    ] as const) {
      book.add('herald', 'w1', ours);
      book.add('bare-socket', 'w1', theirs);
    }
    const compared = compare(book, [
      { what: 'measured', condition: 'w1', of: 'herald', by: 'bare-socket' },
      { what: 'not measured', condition: 'w1', of: 'herald', by: 'nest-default' },
    ]);
    expect(compared.map(({ what, spread }) => ({ what, spread }))).toEqual([
      { what: 'measured', spread: { median: 3, min: 2, max: 4 } },
    ]);
  });

  it('are compared with their target by the median', () => {
    const spread = { median: 1.3, min: 1, max: 2 };
    const row = (target: { atMost: number } | { atLeast: number }): string =>
      ratioTable([{ what: 'x', condition: 'w1', spread, target }]).split('\n')[2] ?? '';
    expect(row({ atMost: 1.3 })).toMatch(/≤ 1\.3 .*ok/);
    expect(row({ atMost: 1.2 })).toMatch(/≤ 1\.2 .*missed/);
    expect(row({ atLeast: 1.4 })).toMatch(/≥ 1\.4 .*missed/);
  });
});

describe('The command line of the bench', () => {
  it('reports all faults together', () => {
    const args = ['--connections', '0,99999', '--servers', 'apache', '--quick', '--write'];
    const parse = (): unknown => parseBenchOptions(args, ['fan-out']);
    for (const fault of ['"0"', '"99999"', '"apache"', '--quick']) expect(parse).toThrow(fault);
  });
});
