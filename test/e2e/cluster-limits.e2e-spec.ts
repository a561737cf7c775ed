import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClusterSlots } from '@nest-herald/sse/spi';
import { SseMetrics } from '@nest-herald/sse';
import pg from 'pg';
import type { RawStream } from '../support/raw-stream.js';
import { testToken } from '../support/sse-app.js';
import { type SseServer, startSseServer } from '../support/sse-server.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';
import { WebSocketClient } from '../support/web-socket-client.js';

/** Several nodes over one PostgreSQL. Each test has a tenant of its own. */
let database: TestDatabase;
let admin: pg.Client;
/** Of one test, stopped behind it. */
const nodes: SseServer[] = [];
/** Two nodes with {@link LIMITS}, for all tests behind it that need nothing else. */
let pair: [SseServer, SseServer];
const LIMITS = { maxConnectionsPerUser: 2, maxConnectionsPerTenant: 4 };
/** Nobody here is behind a balancer, so the second look need not come late. */
const QUICK = { lagMs: 20 };
/** Sees nothing of what others admit, as within the half second before it is written. */
const BLIND: Partial<ClusterSlots> = {
  ...QUICK,
  remoteCounts: () => Promise.resolve({ user: 0, tenant: 0, oldest: null }),
};

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});
async function stop(stopping: readonly SseServer[]): Promise<void> {
  for (const node of stopping) await node.stop();
  expect(stopping.flatMap((node) => node.errors)).toEqual([]);
}
afterEach(() => stop(nodes.splice(0)));
afterAll(async () => {
  await stop(pair ?? []);
  await admin.end();
  await database.drop();
});

/** Two nodes that know of each other. */
async function startTwo(...how: Tail<Parameters<typeof startSseServer>>): Promise<[SseServer, SseServer]> {
  const a = await startSseServer(database, `a-${nodes.length}`, ...how);
  nodes.push(a);
  const b = await startSseServer(database, `b-${nodes.length}`, ...how);
  nodes.push(b);
  await a.detectServers();
  return [a, b];
}
type Tail<T extends readonly unknown[]> = T extends readonly [unknown, unknown, ...infer Rest] ? Rest : never;

const PATH = '/api/v1/sse';
const newTenant = (): string => `t-${randomUUID()}`;

async function open(node: SseServer, tenant: string, user = 'ann'): Promise<RawStream> {
  const stream = await node.sse.open({ sub: user, tenant_id: tenant });
  await node.written();
  return stream;
}

function bearer(tenant: string, user = 'ann'): Record<string, string> {
  return { accept: '*/*', authorization: `Bearer ${testToken({ sub: user, tenant_id: tenant })}` };
}

/** Whether one stream more is let in; it does not stay. @throws where it is refused for another reason than a limit. */
async function knock(node: SseServer, tenant: string, user = 'ann', path = 'stream'): Promise<boolean> {
  const answer = await node.sse.raw(`${PATH}/${path}`, { headers: bearer(tenant, user) });
  if (answer.status !== 200) expect([answer.status, await answer.end()]).toEqual([429, IS_LIMIT]);
  answer.destroy();
  return answer.status === 200;
}

/** Waits until one more is refused: on a machine that stands still for a second, a node goes by its own count (P102). */
async function untilFull(...who: Parameters<typeof knock>): Promise<void> {
  await until('a refusal', async () => !(await knock(...who)));
}

async function untilFullForWebSockets(node: SseServer, tenant: string): Promise<void> {
  const url = `${node.sse.url}${PATH}/ws`;
  const refusal = await until('a refusal', async () => {
    const opened = await WebSocketClient.open(url, bearer(tenant));
    if (!(opened instanceof WebSocketClient)) return opened;
    opened.socket.terminate();
    return null;
  });
  expect([refusal.status, JSON.stringify(refusal.body)]).toEqual([429, IS_LIMIT]);
}

async function unsharedOn(node: SseServer): Promise<number> {
  const text = await node.sse.app.get(SseMetrics).text();
  return Number(/^sse_unshared_admissions_total (\d+)$/m.exec(text)?.[1]);
}

async function connectionsOf(node: SseServer, tenant: string): Promise<number> {
  return (await node.sse.broker.userPresence(tenant, 'ann')).connections.length;
}

const IS_LIMIT = expect.stringContaining('"code":"connection_limit"');

describe('a node that has just started', () => {
  it('P101: what came in while a new node was not noticed yet is looked at when it is', async () => {
    const a = await startSseServer(database, 'early', LIMITS, BLIND);
    nodes.push(a);
    const b = await startSseServer(database, 'late', LIMITS, QUICK);
    nodes.push(b);
    const tenant = newTenant();
    const streams = [await open(b, tenant), await open(b, tenant)];
    const unnoticed = await open(a, tenant);
    await a.detectServers();
    await unnoticed.event('close');
    expect(streams.map(({ isEnded }) => isEnded)).toEqual([false, false]);
  });
});

describe('over two nodes', () => {
  beforeAll(async () => {
    pair = await startTwo(LIMITS, QUICK);
    nodes.length = 0;
  });

  it('P100: a person has one limit, whatever carries the streams; a place that is given back on one is free on the other', async () => {
    const [a, b] = pair;
    const tenant = newTenant();
    const first = await open(a, tenant);
    await open(a, tenant);
    await untilFull(b, tenant);
    await untilFull(b, tenant, 'ann', 'poll');
    await untilFullForWebSockets(b, tenant);
    expect(await knock(b, newTenant())).toBe(true);
    first.destroy();
    await until('a place', async () => {
      const again = await b.sse.raw(`${PATH}/stream`, { headers: bearer(tenant) });
      return again.status === 200;
    });
    await b.written();
    await untilFull(a, tenant);
  });

  it('P100: a tenant has one limit', async () => {
    const [a, b] = pair;
    const tenant = newTenant();
    await open(b, tenant, 'one');
    await open(b, tenant, 'two');
    await open(a, tenant, 'three');
    await open(a, tenant, 'four');
    await untilFull(a, tenant, 'five');
    expect(await knock(a, newTenant(), 'five')).toBe(true);
  });

  it('polls elsewhere count once per device, and not those of the device that asks', async () => {
    const [a, b] = await startTwo({ maxConnectionsPerUser: 1 }, QUICK);
    const tenant = newTenant();
    expect(await knock(a, tenant, 'ann', 'poll?device=phone')).toBe(true);
    expect(await knock(a, tenant, 'ann', 'poll?device=phone')).toBe(true);
    await a.written();
    // What was answered there lingers as online, and a client behind a balancer polls here next.
    expect(await knock(b, tenant, 'ann', 'poll?device=phone')).toBe(true);
    await untilFull(b, tenant, 'ann', 'stream?device=desk');
  });

  it('P100: the oldest stream is closed on whichever node it is, where that is the rule', async () => {
    const [a, b] = await startTwo({ ...LIMITS, onUserLimit: 'close-oldest' }, QUICK);
    const tenant = newTenant();
    const oldest = await open(a, tenant);
    const younger = await open(b, tenant);
    const newest = await open(b, tenant);
    expect(await oldest.event('close')).toMatchObject({ data: expect.stringMatching(/"limit","reconnect":false/) });
    await oldest.end();
    await until('two', async () => (await connectionsOf(b, tenant)) === 2);
    expect([younger.isEnded, newest.isEnded]).toEqual([false, false]);
  });

  it('P101: what both admitted at once is closed again, the newest', async () => {
    const [a, b] = await startTwo(LIMITS, BLIND);
    const tenant = newTenant();
    const streams = [await open(a, tenant), await open(b, tenant), await open(a, tenant), await open(b, tenant)];
    const [first, second, ...surplus] = streams;
    for (const stream of surplus) {
      expect(await stream.event('close')).toMatchObject({ data: expect.stringMatching(/"limit","reconnect":false/) });
    }
    await until('two', async () => (await connectionsOf(b, tenant)) === 2);
    expect([first?.isEnded, second?.isEnded]).toEqual([false, false]);
  });
});

describe('what does not count', () => {
  it('P100: the streams of a node that was killed, behind its lease, and of one that drains', async () => {
    const [a] = pair;
    const tenant = newTenant();
    // What a node leaves that is killed with kill -9: rows, and a lease that nobody renews.
    await admin.query(
      `INSERT INTO sse.node (node_id, boot_id, until) VALUES ('killed', $1, clock_timestamp() + interval '1 h')`,
      [BOOT],
    );
    await admin.query(
      `INSERT INTO sse.connection (tenant_id, user_id, connection_id, node_id, boot_id, device, transport, since)
       SELECT $1, 'ann', 'killed.' || n, 'killed', $2, 'desk', 'sse', clock_timestamp() FROM generate_series(1, 2) n`,
      [tenant, BOOT],
    );
    await untilFull(a, tenant);
    await admin.query(`UPDATE sse.node SET draining = true WHERE node_id = 'killed'`);
    (await open(a, tenant)).destroy();
    await until('gone', async () => (await connectionsOf(a, tenant)) === 2);
    await admin.query(`UPDATE sse.node SET draining = false WHERE node_id = 'killed'`);
    await untilFull(a, tenant);
    await admin.query(`UPDATE sse.node SET until = clock_timestamp() - interval '1 ms' WHERE node_id = 'killed'`);
    await open(a, tenant);
  });
});

describe('a database that does not answer', () => {
  it('P102: leaves each node with its own count, and is told once', async () => {
    const [a, b] = pair;
    const tenant = newTenant();
    await open(b, tenant);
    await open(b, tenant);
    await untilFull(a, tenant);
    const before = await unsharedOn(a);
    await admin.query('BEGIN');
    try {
      await admin.query('LOCK TABLE sse.connection IN ACCESS EXCLUSIVE MODE');
      await Promise.all([a.sse.open({ tenant_id: tenant }), a.sse.open({ tenant_id: tenant })]);
      expect(await knock(a, tenant)).toBe(false);
    } finally {
      await admin.query('ROLLBACK');
    }
    expect((await unsharedOn(a)) - before).toBe(2);
    // What was too many meanwhile is found as soon as it is written.
    await until('two', async () => (await connectionsOf(b, tenant)) === 2);
  });
});

const BOOT = randomUUID();
