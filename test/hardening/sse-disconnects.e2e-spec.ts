import { request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { MemoryEventLog, type RevocationStore } from '@nest-herald/sse/spi';
import type { SseOptions } from '@nest-herald/sse';
import type { Principal } from '@nest-herald/platform';
import { SseApp, testToken } from '../support/sse-app.js';
import { until } from '../support/until.js';

/** Clients that disconnect or reconnect at the worst moment. */
let sse: SseApp;
afterEach(() => sse.stop());

const STREAM = '/api/v1/sse/stream';

/** Blocks the opening of a stream at one of its asynchronous calls until the test opens the gate. */
class Gate {
  isOn = false;
  #waiting: (() => void)[] = [];

  get isReached(): boolean {
    return this.#waiting.length > 0;
  }

  async pass<T>(value: T): Promise<T> {
    if (this.isOn) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return value;
  }

  open(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** Every asynchronous call of opening a stream, each with a gate. */
const points: Readonly<Record<string, (gate: Gate) => Partial<SseOptions>>> = {
  'the authenticator': (gate) => ({
    jwt: undefined as never,
    authenticator: { authenticate: (token) => gate.pass(principalOf(token)) },
  }),
  'the store of revocations': (gate) => ({
    revocationStore: {
      revoke: () => Promise.reject(new Error('not asked here')),
      active: () => gate.pass([]),
      covers: () => gate.pass(false),
    } satisfies RevocationStore,
  }),
  'the topic resolver': (gate) => ({
    topicResolver: { topicsOf: () => gate.pass(['doc:1']) },
  }),
  'the topic authoriser': (gate) => ({ topicAuthorizer: { mayFollow: () => gate.pass(true) } }),
  'the directory': (gate) => ({ audienceResolver: { keysOf: () => gate.pass([]) } }),
  'the bounds of the log': (gate) => ({
    eventLog: gatedLog((log) => {
      const bounds = log.bounds.bind(log);
      log.bounds = async (tenantId) => gate.pass(await bounds(tenantId));
    }),
  }),
  'the past of the log': (gate) => ({
    ringMaxEvents: 1,
    eventLog: gatedLog((log) => {
      const readFor = log.readFor.bind(log);
      log.readFor = async (tenantId, wanted) => gate.pass(await readFor(tenantId, wanted));
    }),
  }),
};

function gatedLog(change: (log: MemoryEventLog) => void): MemoryEventLog {
  const log = new MemoryEventLog();
  change(log);
  return log;
}

function principalOf(token: string): Principal {
  const { sub, tenant_id } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    sub: string;
    tenant_id: string;
  };
  return {
    tenantId: tenant_id,
    userId: sub,
    roles: [],
    permissions: [],
    topics: ['doc:*'],
    expiresAt: new Date(8e12),
    issuedAt: new Date(),
  } as unknown as Principal;
}

describe('a client that disconnects while its stream waits for', () => {
  it.each(Object.keys(points))('%s leaves no connection or slot', async (point) => {
    const gate = new Gate();
    sse = await SseApp.start({
      options: {
        maxConnectionsPerUser: 1,
        connectsPerMinute: 0,
        topicDecisionTimeoutMs: 30_000,
        ...points[point]?.(gate),
      },
    });
    const first = await sse.open({ topics: ['doc:*'] });
    const cursor = first.blocks[0]?.id ?? '';
    first.destroy();
    await until('the first is gone', () => sse.broker.stats(null).connections === 0);
    for (const data of ['1', '2', '3']) await sse.broker.sendToUser('acme', 'ann', { event: 'tick', data });
    const server = sse.app.getHttpServer() as import('node:http').Server;
    const sockets = (): Promise<number> =>
      new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
    for (let round = 0; round < 3; round++) {
      // Revocations are read once a second at most, and the bounds of the log only for new tenants.
      const tenant_id = point === 'the past of the log' ? 'acme' : `t${round}`;
      gate.isOn = true;
      const client = request(`${sse.url}${STREAM}?topics=doc:1&last_event_id=${cursor}`, {
        agent: false,
        headers: { authorization: `Bearer ${testToken({ topics: ['doc:*'], tenant_id })}` },
      });
      // The test resets a request that was never answered.
      client.on('error', () => undefined).end();
      await until('it waits', () => gate.isReached);
      client.destroy();
      await until('the server knows', async () => (await sockets()) === 0);
      gate.isOn = false;
      gate.open();
      await until('nothing is open', () => sse.broker.stats(null).connections === 0);
      // The user's only slot is free again, and presence lists no other connection.
      const again = await sse.open({ topics: ['doc:*'], tenant_id }, '?topics=doc:1');
      expect(await sse.broker.onlineUsers(tenant_id)).toMatchObject({ total: 1, items: [{ connections: 1 }] });
      again.destroy();
      await until('it is gone', () => sse.broker.stats(null).connections === 0);
    }
    const { connectsTotal, disconnectsTotal } = sse.broker.stats(null);
    expect(disconnectsTotal).toBe(connectsTotal);
  });
});

describe('replays from the oldest position', () => {
  it('a hundred at once read the log once, stop at their limit, and do not delay events of others', async () => {
    let rows = 0;
    const log = new MemoryEventLog();
    const [readFor, readRange] = [log.readFor.bind(log), log.readRange.bind(log)];
    log.readFor = async (tenantId, wanted) => {
      const page = await readFor(tenantId, wanted);
      rows += page.events.length;
      return page;
    };
    log.readRange = async (tenantId, ...range) => {
      const page = await readRange(tenantId, ...range);
      rows += page.length;
      return page;
    };
    const options = { eventLog: log, maxConnectionsPerUser: 0, connectsPerMinute: 0 };
    sse = await SseApp.start({ options });
    const start = (await sse.open()).blocks[0]?.id ?? '';
    for (let i = 1; i <= 400; i++) await sse.broker.sendToUser('acme', 'ann', { event: 'tick', data: `${i}` });
    const bystander = await sse.open({ sub: 'bob' });
    rows = 0;
    const replays = await Promise.all(Array.from({ length: 100 }, () => sse.open({}, `?last_event_id=${start}`)));
    await sse.broker.sendToUser('acme', 'bob', { event: 'tick', data: 'bystander' });
    expect(await bystander.event('tick')).toMatchObject({ data: 'bystander' });
    for (const replay of replays) {
      await replay.until(() => replay.text.includes('data: 400\n\n'));
      expect(replay.blocks.filter(({ event }) => event === 'tick')).toHaveLength(400);
    }
    // The live feed read what it delivered; a hundred replays of 400 events added no read.
    expect(rows).toBeLessThan(10);
    expect(sse.broker.stats('acme')).toMatchObject({ eventsReplayedTotal: 40_000, resyncsTotal: 0 });
  });

  it('are limited by the rate of their user', async () => {
    sse = await SseApp.start();
    const headers = { authorization: `Bearer ${testToken()}` };
    const statuses = new Map<number, number>();
    for (let i = 0; i < 100; i++) {
      const stream = await sse.raw(`${STREAM}?last_event_id=aaaaaaaa.0`, { headers });
      statuses.set(stream.status, (statuses.get(stream.status) ?? 0) + 1);
      stream.destroy();
    }
    // At most ten slots, a burst of thirty, and two more each second.
    expect(statuses.get(200)).toBeLessThan(100);
    expect(statuses.get(429)).toBeGreaterThan(0);
  });
});
