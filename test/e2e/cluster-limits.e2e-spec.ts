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

/** Several servers over one PostgreSQL. Each test has a tenant of its own. */
let database: TestDatabase;
let admin: pg.Client;
/** Servers of one test, stopped after it. */
const servers: SseServer[] = [];
/** Two servers with {@link LIMITS}, shared by all tests that need nothing else. */
let pair: [SseServer, SseServer];
const LIMITS = { maxConnectionsPerUser: 2, maxConnectionsPerTenant: 4 };
/** Checks admissions again early: no client here moves between servers behind a balancer. */
const QUICK = { lagMs: 20 };
/** Sees no connection of other servers, as in the half second before they are written. */
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
  for (const server of stopping) await server.stop();
  expect(stopping.flatMap((server) => server.errors)).toEqual([]);
}
afterEach(() => stop(servers.splice(0)));
afterAll(async () => {
  await stop(pair ?? []);
  await admin.end();
  await database.drop();
});

/** Starts two servers that know of each other. */
async function startTwo(...args: Tail<Parameters<typeof startSseServer>>): Promise<[SseServer, SseServer]> {
  const a = await startSseServer(database, `a-${servers.length}`, ...args);
  servers.push(a);
  const b = await startSseServer(database, `b-${servers.length}`, ...args);
  servers.push(b);
  await a.detectServers();
  return [a, b];
}
type Tail<T extends readonly unknown[]> = T extends readonly [unknown, unknown, ...infer Rest] ? Rest : never;

const PATH = '/api/v1/sse';
const newTenant = (): string => `t-${randomUUID()}`;

async function open(server: SseServer, tenant: string, user = 'ann'): Promise<RawStream> {
  const stream = await server.sse.open({ sub: user, tenant_id: tenant });
  await server.written();
  return stream;
}

function bearer(tenant: string, user = 'ann'): Record<string, string> {
  return { accept: '*/*', authorization: `Bearer ${testToken({ sub: user, tenant_id: tenant })}` };
}

/** Opens and drops one stream. @returns whether it was admitted. @throws when it was refused for another reason than a limit. */
async function isAdmitted(server: SseServer, tenant: string, user = 'ann', path = 'stream'): Promise<boolean> {
  const answer = await server.sse.raw(`${PATH}/${path}`, { headers: bearer(tenant, user) });
  if (answer.status !== 200) expect([answer.status, await answer.end()]).toEqual([429, IS_LIMIT]);
  answer.destroy();
  return answer.status === 200;
}

/** Waits until one more is refused: on a machine that stalls for a second, a server uses its own count (P102). */
async function untilFull(...args: Parameters<typeof isAdmitted>): Promise<void> {
  await until('a refusal', async () => !(await isAdmitted(...args)));
}

async function untilFullForWebSockets(server: SseServer, tenant: string): Promise<void> {
  const url = `${server.sse.url}${PATH}/ws`;
  const refusal = await until('a refusal', async () => {
    const opened = await WebSocketClient.open(url, bearer(tenant));
    if (!(opened instanceof WebSocketClient)) return opened;
    opened.socket.terminate();
    return null;
  });
  expect([refusal.status, JSON.stringify(refusal.body)]).toEqual([429, IS_LIMIT]);
}

async function unsharedOn(server: SseServer): Promise<number> {
  const text = await server.sse.app.get(SseMetrics).text();
  return Number(/^sse_unshared_admissions_total (\d+)$/m.exec(text)?.[1]);
}

async function connectionsOf(server: SseServer, tenant: string): Promise<number> {
  return (await server.sse.broker.userPresence(tenant, 'ann')).connections.length;
}

const IS_LIMIT = expect.stringContaining('"code":"connection_limit"');

describe('Limits after the start of a server', () => {
  it('P101: closes connections over the limit that were admitted before the new server was detected', async () => {
    const a = await startSseServer(database, 'early', LIMITS, BLIND);
    servers.push(a);
    const b = await startSseServer(database, 'late', LIMITS, QUICK);
    servers.push(b);
    const tenant = newTenant();
    const streams = [await open(b, tenant), await open(b, tenant)];
    const surplus = await open(a, tenant);
    await a.detectServers();
    await surplus.event('close');
    expect(streams.map(({ isEnded }) => isEnded)).toEqual([false, false]);
  });
});

describe('Limits over two servers', () => {
  beforeAll(async () => {
    pair = await startTwo(LIMITS, QUICK);
    servers.length = 0;
  });

  it('P100: hold for a user over all transports and servers; a slot that is released on one is free on the other', async () => {
    const [a, b] = pair;
    const tenant = newTenant();
    const first = await open(a, tenant);
    await open(a, tenant);
    await untilFull(b, tenant);
    await untilFull(b, tenant, 'ann', 'poll');
    await untilFullForWebSockets(b, tenant);
    expect(await isAdmitted(b, newTenant())).toBe(true);
    first.destroy();
    await until('a free slot', async () => {
      const again = await b.sse.raw(`${PATH}/stream`, { headers: bearer(tenant) });
      return again.status === 200;
    });
    await b.written();
    await untilFull(a, tenant);
  });

  it('P100: hold for a tenant over both servers', async () => {
    const [a, b] = pair;
    const tenant = newTenant();
    await open(b, tenant, 'one');
    await open(b, tenant, 'two');
    await open(a, tenant, 'three');
    await open(a, tenant, 'four');
    await untilFull(a, tenant, 'five');
    expect(await isAdmitted(a, newTenant(), 'five')).toBe(true);
  });

  it('count polls on other servers once per device, except those of the requesting device', async () => {
    const [a, b] = await startTwo({ maxConnectionsPerUser: 1 }, QUICK);
    const tenant = newTenant();
    expect(await isAdmitted(a, tenant, 'ann', 'poll?device=phone')).toBe(true);
    expect(await isAdmitted(a, tenant, 'ann', 'poll?device=phone')).toBe(true);
    await a.written();
    // An answered poll stays online for a moment, and a client behind a balancer polls the other server next.
    expect(await isAdmitted(b, tenant, 'ann', 'poll?device=phone')).toBe(true);
    await untilFull(b, tenant, 'ann', 'stream?device=desk');
  });

  it('P100: close the oldest stream on any server with onUserLimit close-oldest', async () => {
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

  it('P101: close the newest streams again when both servers admitted too many at once', async () => {
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

describe('Limits', () => {
  it('P100: ignore the streams of a killed server after its lease, and of one that drains', async () => {
    const [a] = pair;
    const tenant = newTenant();
    // What a server leaves after kill -9: rows, and a lease that no server renews.
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

describe('Limits while the database does not answer', () => {
  it('P102: use the count of each server alone', async () => {
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
      expect(await isAdmitted(a, tenant)).toBe(false);
    } finally {
      await admin.query('ROLLBACK');
    }
    expect((await unsharedOn(a)) - before).toBe(2);
    // The surplus connections are found as soon as they are written.
    await until('two', async () => (await connectionsOf(b, tenant)) === 2);
  });
});

const BOOT = randomUUID();
