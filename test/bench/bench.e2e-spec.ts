import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';

import { parseBenchOptions } from './bench-options.js';
import { MEASURED } from './capacity-costs.js';
import { type Limits, planFor, type Workload } from './capacity-model.js';
import { Arrivals, wallClockMs } from './load/arrivals.js';
import { LoadClient } from './load/load-client.js';
import { churn } from './load/churn.js';
import { comeBack } from './load/reconnect-all.js';
import type { Leftovers } from './processes/messages.js';
import { FigureBook } from './report/figure.js';
import { compare } from './report/ratio.js';
import { spreadOf } from './report/statistics.js';
import { ratioTable } from './report/table.js';
import { benchEvent, EVENT_BYTES } from './servers/bench-event.js';
import type { BenchServer } from './servers/bench-server.js';
import { SERVER_TITLES, startServer } from './servers/server-registry.js';
import { verdictOf } from './soak-verdict.js';

describe('every server of the bench', () => {
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

  it.each(Object.keys(SERVER_TITLES))('%s delivers to everybody, once', async (name) => {
    await begin(name);
    load.expect(6);
    await server.publishToAll(benchEvent(1));
    await server.publishToAll(benchEvent(2));
    await finishedRounds;
    expect(load.counts()).toEqual({ total: 6, fewest: 2, most: 2, closed: 0 });
  });

  it('herald gives a storm of returning streams what each has missed', async () => {
    await begin('herald');
    const position = load.lastPosition;
    load.leave();
    await server.publishToAll(benchEvent(1));
    await server.publishToAll(benchEvent(2));
    const { replayed } = await comeBack({ ...server, controlPort: 0 }, 3, position, 2);
    expect(replayed).toBe(6);
    expect(server.logReads?.()).toBe(0);
  });

  it.each(Object.keys(SERVER_TITLES))('%s delivers to one person and to nobody else', async (name) => {
    await begin(name);
    load.expect(2);
    await server.publishToUser(1, benchEvent(1));
    await server.publishToUser(1, benchEvent(2));
    await finishedRounds;
    expect(load.counts()).toEqual({ total: 2, fewest: 0, most: 2, closed: 0 });
  });
});

describe('the arrivals of the bench', () => {
  it('tell how late each event was, by event or by person', async () => {
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

  it('refuse what was not published', () => {
    const arrivals = new Arrivals(1, 1);
    arrivals.note(0, 0);
    expect(() => arrivals.note(0, 1)).toThrow('more than published');
  });
});

describe('the soak', () => {
  const look = (change: Partial<Leftovers> = {}): Leftovers => ({
    heapBytes: 30e6,
    rssBytes: 130e6,
    handles: 4,
    listeners: 14,
    openFiles: 23,
    ...change,
  });

  it('passes what stays, whatever a single look shows', () => {
    const looks = [look(), look(), look({ heapBytes: 90e6, handles: 50 }), look(), look(), look()];
    expect(verdictOf(looks).isStable).toBe(true);
  });

  it.each(['heapBytes', 'handles', 'listeners', 'openFiles'] as const)('notices that %s grow', (what) => {
    const step = what === 'heapBytes' ? 1e6 : 2;
    const looks = Array.from({ length: 9 }, (_, index) => look({ [what]: look()[what] + index * step }));
    expect(verdictOf(looks).isStable).toBe(false);
    expect(verdictOf(looks).lines.filter((line) => line.startsWith('GROWS'))).toHaveLength(1);
  });

  it('says nothing about fewer than three looks', () => {
    expect(() => verdictOf([look(), look()])).toThrow('three looks');
  });

  it('lets streams come and go, and leaves none', async () => {
    const server = await startServer('herald');
    const target = { ...server, controlPort: 0 };
    const { connects, refused } = await churn({ target, seconds: 0.5, streams: 3, users: 20, maxLifeMs: 200 });
    expect(connects).toBeGreaterThan(3);
    expect(refused).toBe(0);
    await server.close();
  });
});

describe('the capacity model', () => {
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
  const limits: Limits = { utilisation: 0.6, streamsPerNode: 12_000, nodeMegabytes: 1_024, stormSeconds: 15 };

  it('never needs less for more', () => {
    const sizes = [1, 4, 16, 64].map((times) => planFor({ ...workload, people: 400 * times }, limits, MEASURED));
    for (const [index, plan] of sizes.slice(1).entries()) {
      expect(plan.nodes).toBeGreaterThanOrEqual(sizes[index]!.nodes);
      expect(plan.cells).toBeGreaterThanOrEqual(sizes[index]!.cells);
    }
    expect(sizes.at(-1)!.cells).toBeGreaterThan(1);
  });

  it('keeps what it promises in the seconds that it plays', () => {
    const { simulated } = planFor({ ...workload, people: 20_000 }, limits, MEASURED);
    expect(simulated.nodeP50).toBeLessThanOrEqual(limits.utilisation);
    expect(simulated.shardP50).toBeLessThanOrEqual(limits.utilisation);
    expect(simulated.nodeP99).toBeLessThan(1);
  });

  it('names a tenant that is too large for one order', () => {
    const { tooLarge } = planFor({ ...workload, tenants: 3, people: 3_000_000, skew: 1 }, limits, MEASURED);
    expect(tooLarge.map(({ rank }) => rank)).toEqual([1, 2, 3]);
  });

  it('gives every installation a second node', () => {
    expect(planFor({ ...workload, tenants: 1, people: 10 }, limits, MEASURED).nodes).toBe(2);
  });
});

describe('the figures of the bench', () => {
  it('are taken with events of one size, whatever their number', () => {
    for (const n of [0, 9, 10, 123_456]) expect(JSON.stringify(benchEvent(n))).toHaveLength(EVENT_BYTES);
  });

  it('show the middle and the range', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
  });

  it('are divided within a repetition, and left out when one side was not measured', () => {
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

  it('stand beside their target with a verdict on the median', () => {
    const spread = { median: 1.3, min: 1, max: 2 };
    const row = (target: { atMost: number } | { atLeast: number }): string =>
      ratioTable([{ what: 'x', condition: 'w1', spread, target }]).split('\n')[2] ?? '';
    expect(row({ atMost: 1.3 })).toMatch(/≤ 1\.3 .*ok/);
    expect(row({ atMost: 1.2 })).toMatch(/≤ 1\.2 .*missed/);
    expect(row({ atLeast: 1.4 })).toMatch(/≥ 1\.4 .*missed/);
  });
});

describe('the command line of the bench', () => {
  it('reports all faults together', () => {
    const args = ['--connections', '0,99999', '--servers', 'apache', '--quick', '--write'];
    const parse = (): unknown => parseBenchOptions(args, ['fan-out']);
    for (const fault of ['"0"', '"99999"', '"apache"', '--quick']) expect(parse).toThrow(fault);
  });
});
