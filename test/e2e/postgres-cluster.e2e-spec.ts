import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { asTenantId, asUserId, type Principal } from '@nest-herald/platform';
import type { BackplaneMessage, Presence, PresenceChange } from '@nest-herald/sse/spi';
import type { PresenceEntry } from '@nest-herald/sse';
import { createPostgresSse, type PostgresSse, type PostgresSseOptions } from '@nest-herald/sse/postgres';
import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const acme = asTenantId('acme');
const ann = asUserId('ann');

let database: TestDatabase;
let admin: pg.Client;
const open: PostgresSse[] = [];
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  for (const server of open.splice(0)) await server.stop();
});

afterAll(async () => {
  await admin.end();
  await database.drop();
});

function makeServer(nodeId: string, options: Partial<PostgresSseOptions> = {}): PostgresSse {
  const server = createPostgresSse({ connectionString: database.url, nodeId, ...options });
  open.push(server);
  return server;
}

describe('createPostgresSse', () => {
  it('reports all wrong options at once', () => {
    const wrong = () =>
      createPostgresSse({ connectionString: 'mysql://x', nodeId: 'a b', shards: 0, retentionDays: 1.5 });
    expect(wrong).toThrow(/connectionString.*nodeId.*shards.*retentionDays/);
  });
});

describe('PostgresTicketStore', () => {
  const principal: Principal = {
    tenantId: acme,
    userId: ann,
    roles: ['hr'],
    permissions: ['sse:admin'],
    topics: ['a:*'],
    expiresAt: new Date('2030-01-01T00:00:00.000Z'),
    issuedAt: new Date('2029-01-01T00:00:00.000Z'),
    sessionId: 's1',
  };
  const ticket = (expiresInMs: number) => ({
    hash: createHash('sha256').update(randomBytes(32)).digest(),
    principal,
    origin: 'https://erp.example',
    expiresAt: new Date(Date.now() + expiresInMs),
  });

  it('redeems a ticket exactly once, for any number of attempts on any number of servers', async () => {
    const servers = [makeServer('a'), makeServer('b')];
    const issued = ticket(30_000);
    await servers[0]?.ticketStore.issue(issued);
    const attempts = await Promise.all(
      [...servers, ...servers, ...servers, ...servers].map((server) => server.ticketStore.redeem(issued.hash)),
    );
    expect(attempts.filter((one) => one !== null)).toEqual([issued]);
    expect(await servers[1]?.ticketStore.redeem(issued.hash)).toBeNull();
  });

  it('refuses unknown and expired tickets', async () => {
    const { ticketStore } = makeServer('a');
    const late = ticket(-1);
    await ticketStore.issue(late);
    expect(await ticketStore.redeem(late.hash)).toBeNull();
    expect(await ticketStore.redeem(randomBytes(32))).toBeNull();
  });
});

/** Writes what a server leaves after kill -9: its rows, and a lease that no server renews. */
async function writeKilledServer(nodeId: string, entry: PresenceEntry) {
  const bootId = randomUUID();
  await admin.query('SELECT sse.renew_node($1, $2, 3600000, false, $3)', [nodeId, bootId, []]);
  const write = `SELECT sse.change_connections($1, $2, 1, $3, '[]')`;
  await admin.query(write, [nodeId, bootId, JSON.stringify([entry])]);
  const end = `UPDATE sse.node SET until = clock_timestamp() - interval '1 s' WHERE boot_id = $1`;
  return { endLease: () => admin.query(end, [bootId]) };
}

describe('PostgresPresence', () => {
  const entry = (nodeId: string, more: Partial<PresenceEntry> = {}): PresenceEntry => ({
    connectionId: `${nodeId}.${randomBytes(16).toString('base64url')}`,
    tenantId: acme,
    userId: ann,
    nodeId,
    device: 'desk',
    transport: 'sse',
    topics: ['a'],
    since: new Date(),
    ...more,
  });

  async function startPresence(nodeId: string) {
    const { presence } = makeServer(nodeId);
    await presence.start({ nodeId });
    stops.push(() => presence.stop());
    return presence;
  }

  it('counts over all servers, and removes the users of a server that stops', async () => {
    const [a, b] = [await startPresence('pa'), await startPresence('pb')];
    a.add(entry('pa'));
    b.add(entry('pb', { userId: asUserId('bob') }));
    await until('both', async () => (await a.counts(acme)).connections === 2);
    expect((await a.onlineUsers(acme, { limit: 10 })).items.map((user) => user.userId)).toEqual(['ann', 'bob']);
    await b.stop();
    expect((await a.counts(acme)).connections).toBe(1);
    const gone = await a.user(acme, asUserId('bob'));
    expect([gone.online, gone.lastSeenAt instanceof Date]).toEqual([false, true]);
  });

  it('removes the users of a killed server when its lease ends, and records when they were last seen', async () => {
    const survivor = await startPresence('pc');
    const lost = asUserId('lost');
    const killed = await writeKilledServer('pd', entry('pd', { userId: lost }));
    expect(await survivor.isOnline(acme, lost)).toBe(true);
    await killed.endLease();
    expect(await survivor.isOnline(acme, lost)).toBe(false);
    await admin.query('SELECT sse.prune_presence()');
    expect((await survivor.user(acme, lost)).lastSeenAt).toBeInstanceOf(Date);
    const { rows } = await admin.query(`SELECT FROM sse.connection WHERE node_id = 'pd'`);
    expect(rows).toEqual([]);
  });

  it('counts reconnects within the grace as one session, even within one batch', async () => {
    const presence = await startPresence('pe');
    for (let round = 0; round < 2; round++) {
      const brief = entry('pe', { userId: asUserId('brief') });
      presence.add(brief);
      presence.remove(brief.connectionId);
      expect(await presence.isOnline(acme, brief.userId)).toBe(false);
    }
    expect((await presence.user(acme, asUserId('brief'))).generation).toBe(1);
  });

  it('accepts device names with characters that PostgreSQL refuses', async () => {
    const presence = await startPresence('pf');
    presence.add(entry('pf', { userId: asUserId('odd'), device: 'nul\0lone\ud800end' }));
    const [connection] = (await presence.user(acme, asUserId('odd'))).connections;
    expect(connection?.device).toBe('nullone\uFFFDend');
  });
});

describe('Sessions over two servers', () => {
  /** Starts two servers of one cluster with a follower of the tenant on the first, and records the announced changes in order. */
  async function startPair(offlineGraceMs: number) {
    const name = randomBytes(4).toString('hex');
    const tenantId = asTenantId(`t-${name}`);
    const announced: PresenceChange[] = [];
    const errors: string[] = [];
    const start = async (nodeId: string): Promise<Presence> => {
      const onError = (what: string, error: unknown): unknown => errors.push(`${what}: ${String(error)}`);
      const { presence } = makeServer(nodeId, { offlineGraceMs, onError });
      await presence.start({ nodeId, onChange: (change) => announced.push(change) });
      stops.push(() => presence.stop());
      return presence;
    };
    const visit = (user: string, more: Partial<PresenceEntry> = {}): PresenceEntry => ({
      connectionId: `${name}.${randomBytes(16).toString('base64url')}`,
      tenantId,
      userId: asUserId(user),
      nodeId: name,
      device: 'desk',
      transport: 'sse',
      topics: [],
      since: new Date(),
      ...more,
    });
    const of = (user: string): readonly string[] =>
      announced
        .filter((change) => change.tenantId === tenantId && change.userId === user)
        .map(({ online, generation }) => `${online ? 'online' : 'offline'} ${generation}`);
    const [a, b] = [await start(`${name}-a`), await start(`${name}-b`)];
    a.add(visit('boss', { topics: ['presence'] }));
    await until('the follower', () => of('boss').length === 1);
    return { a, b, tenantId, visit, of, errors, paused: `${name}-b` };
  }

  /** Makes all steps wait for the lock of the statement, one after the other, and then releases it. */
  async function barrier(
    statement: string,
    values: readonly string[],
    steps: readonly (() => Promise<unknown>)[],
    whileWaiting: () => Promise<void> = () => Promise.resolve(),
  ) {
    const locker = new pg.Client({ connectionString: database.url });
    await locker.connect();
    const done: Promise<unknown>[] = [];
    try {
      await locker.query('BEGIN');
      await locker.query(statement, [...values]);
      for (const step of steps) {
        done.push(step());
        await until('waiting', async () => {
          const { rows } = await admin.query<{ n: number }>(
            `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          );
          return (rows[0]?.n ?? 0) >= done.length;
        });
      }
      await whileWaiting();
      await locker.query('ROLLBACK');
    } finally {
      await locker.end();
      await Promise.all(done);
    }
  }
  const LOCK = 'SELECT FROM sse.last_seen WHERE tenant_id = $1 AND user_id = $2 FOR UPDATE';

  it('start once when both servers get the first connection at the same moment', async () => {
    const { a, b, tenantId, visit, of } = await startPair(300_000);
    const open = (presence: Presence) => () => {
      presence.add(visit('ann'));
      return presence.isOnline(tenantId, ann);
    };
    const lock = `INSERT INTO sse.last_seen (tenant_id, user_id, at) VALUES ($1, $2, now())`;
    await barrier(lock, [tenantId, 'ann'], [open(a), open(b)]);
    b.add(visit('last'));
    await until('the last', () => of('last').length === 1);
    expect(of('ann')).toEqual(['online 1']);
  });

  it.each(['closes first', 'opens first'])(
    'continue when one server closes the last connection while another opens one, and the first %s',
    async (order) => {
      const { a, b, tenantId, visit, of } = await startPair(1);
      const old = visit('ann');
      a.add(old);
      await until('online', () => of('ann').length === 1);
      const leave = (): Promise<boolean> => {
        a.remove(old.connectionId);
        return a.isOnline(tenantId, ann);
      };
      const come = (): Promise<boolean> => {
        b.add(visit('ann'));
        return b.isOnline(tenantId, ann);
      };
      await barrier(LOCK, [tenantId, 'ann'], order === 'closes first' ? [leave, come] : [come, leave]);
      const going = `SELECT FROM sse.last_seen WHERE tenant_id = $1 AND user_id = 'ann' AND ends_at = 'infinity'`;
      expect((await admin.query(going, [tenantId])).rowCount).toBe(1);
      // Users who leave on both servers now make both search for ended sessions, including this one.
      const others = [visit('other-a'), visit('other-b')] as const;
      a.add(others[0]);
      b.add(others[1]);
      a.remove(others[0].connectionId);
      b.remove(others[1].connectionId);
      await until('the others', () => of('other-a').length === 2 && of('other-b').length === 2);
      expect(of('ann')).toEqual(['online 1']);
      expect((await a.user(tenantId, ann)).online).toBe(true);
    },
  );

  it('continue over the stop of a server, for users who connect to another within the grace', async () => {
    const { a, b, tenantId, visit, of } = await startPair(300_000);
    b.add(visit('ann'));
    await until('online', () => of('ann').length === 1);
    await b.setDraining(true);
    await b.stop();
    expect((await a.user(tenantId, ann)).online).toBe(false);
    a.add(visit('ann'));
    expect(await a.user(tenantId, ann)).toMatchObject({ online: true, generation: 1 });
    a.add(visit('last'));
    await until('the last', () => of('last').length === 1);
    expect(of('ann')).toEqual(['online 1']);
  });

  it('are announced as ended by another server, once, after theirs was killed', async () => {
    const { a, b, tenantId, visit, of } = await startPair(1);
    const killed = await writeKilledServer(`${tenantId}-killed`, visit('lost'));
    await killed.endLease();
    await Promise.all([
      admin.query('SELECT sse.remove_expired_nodes(1)'),
      admin.query('SELECT sse.remove_expired_nodes(1)'),
    ]);
    // Both search for ended sessions after a user has left.
    const others = [visit('other-a'), visit('other-b')] as const;
    a.add(others[0]);
    b.add(others[1]);
    a.remove(others[0].connectionId);
    b.remove(others[1].connectionId);
    await until('all announced', () =>
      [of('lost'), of('other-a').slice(1), of('other-b').slice(1)].every(({ length }) => length > 0),
    );
    expect(of('lost')).toEqual(['offline 1']);
  });

  it('start again at once on a server that was paused until it was removed and its sessions had ended', async () => {
    const { b, tenantId, visit, of, paused } = await startPair(300_000);
    b.add(visit('sleeper'));
    await until('online', () => of('sleeper').length === 1);
    // In one transaction, because the server is not really paused.
    await admin.query(`
      UPDATE sse.node SET until = clock_timestamp() - interval '1 s' WHERE node_id = '${paused}';
      SELECT sse.remove_expired_nodes(1);
      SELECT sse.end_sessions(500);
    `);
    b.add(visit('new'));
    expect(await b.isOnline(tenantId, asUserId('new'))).toBe(true);
    await until('back', () => of('sleeper').length === 2 && of('new').length === 1);
    expect(of('sleeper')).toEqual(['online 1', 'online 2']);
    expect(await b.isOnline(tenantId, asUserId('sleeper'))).toBe(true);
  });

  it('are locked in one order by every change, so that changes cannot deadlock', async () => {
    const { b, tenantId, visit } = await startPair(300_000);
    // Users open and close connections in another order than that of their ids.
    const users = Array.from({ length: 20 }, (_, index) => `u${(index * 7) % 20}`.replace(/^u(.)$/, 'u0$1'));
    const entries = users.map((user) => visit(user));
    const free = async (): Promise<void> => {
      const others = `SELECT FROM sse.last_seen WHERE tenant_id = $1 AND user_id > 'u00' FOR UPDATE SKIP LOCKED`;
      expect((await admin.query(others, [tenantId])).rowCount).toBe(users.length - 1);
    };
    const open = (): Promise<boolean> => {
      for (const entry of entries) b.add(entry);
      return b.isOnline(tenantId, ann);
    };
    const close = (): Promise<boolean> => {
      for (const { connectionId } of entries) b.remove(connectionId);
      return b.isOnline(tenantId, ann);
    };
    await open();
    await barrier(LOCK, [tenantId, 'u00'], [close], free);
    await barrier(LOCK, [tenantId, 'u00'], [open], free);
    await barrier(LOCK, [tenantId, 'u00'], [() => b.stop()], free);
  });

  it('are announced once at start and end, for random connections on both servers', async () => {
    const { a, b, tenantId, visit, of, errors } = await startPair(1);
    const users = Array.from({ length: 12 }, (_, index) => `u${index}`);
    const work = async (presence: Presence): Promise<void> => {
      const open: PresenceEntry[] = [];
      for (let step = 0; step < 150; step++) {
        for (let n = 0; n < 4; n++) {
          if (open.length > 0 && Math.random() < 0.5) {
            presence.remove(open.splice(Math.floor(Math.random() * open.length), 1)[0]!.connectionId);
          } else {
            const one = visit(users[Math.floor(Math.random() * users.length)]!);
            open.push(one);
            presence.add(one);
          }
        }
        await presence.isOnline(tenantId, ann);
      }
      for (const { connectionId } of open) presence.remove(connectionId);
    };
    await Promise.all([work(a), work(b)]);
    const isOver = async (): Promise<boolean> =>
      (await admin.query('SELECT FROM sse.last_seen WHERE tenant_id = $1 AND ends_at IS NOT NULL', [tenantId]))
        .rowCount === 1;
    await until('all offline except the follower', isOver, 30_000);
    const latest = await Promise.all(users.map(async (user) => (await a.user(tenantId, asUserId(user))).generation));
    await until('all announced', () => users.every((user, index) => of(user).length === 2 * latest[index]!), 30_000);
    for (const [index, user] of users.entries()) {
      const sessions = Array.from({ length: latest[index]! }, (_, n) => [`online ${n + 1}`, `offline ${n + 1}`]).flat();
      // Two servers announce them, in the order of their answers.
      expect([...of(user)].sort()).toEqual(sessions.sort());
    }
    expect(errors).toEqual([]);
  });
});

describe('ListenBackplane', () => {
  async function startBackplane(nodeId: string, options: Partial<PostgresSseOptions> = {}) {
    const { backplane } = makeServer(nodeId, options);
    const received: BackplaneMessage[] = [];
    await backplane.start((message) => received.push(message));
    stops.push(() => backplane.stop());
    return { backplane, received };
  }

  const ephemeral = (payload: string, conflationKey?: string): BackplaneMessage => ({
    kind: 'ephemeral',
    event: {
      tenantId: acme,
      audience: 'tenant',
      recipients: null,
      type: 'tick',
      payload,
      ...(conflationKey === undefined ? {} : { conflationKey }),
    },
  });

  it('sends one NOTIFY per flush, with the newest heads of a shard and the latest event of a conflation key', async () => {
    const { backplane, received } = await startBackplane('ba');
    const heads = (acmeHead: number) => ({
      kind: 'hint' as const,
      hint: { shard: 0, no: acmeHead, heads: { acme: acmeHead } },
    });
    const notified: string[] = [];
    const listener = new pg.Client({ connectionString: database.url });
    await listener.connect();
    listener.on('notification', ({ payload }) => notified.push(payload ?? ''));
    await listener.query('LISTEN herald_sse');
    backplane.publish(ephemeral('1 %', 'job'));
    backplane.publish(ephemeral('2 %', 'job'));
    backplane.publish(heads(7));
    backplane.publish(heads(8));
    await until('received', () => received.length >= 2);
    expect(received).toEqual([ephemeral('2 %', 'job'), heads(8)]);
    // Arrives after everything that was sent before it.
    await admin.query(`NOTIFY herald_sse, 'marker'`);
    await until('marker', () => notified.includes('marker'));
    expect(notified).toHaveLength(2);
    await listener.end();
  });

  it('receives again after its connection was cut', async () => {
    const { backplane, received } = await startBackplane('bb');
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'herald-listen'`,
    );
    await until('detected', () => !backplane.isConnected());
    await until('connected again', () => backplane.isConnected());
    backplane.publish({ kind: 'wake-up', shard: 3 });
    await until('received', () => received.length > 0);
    expect(received).toEqual([{ kind: 'wake-up', shard: 3 }]);
  });

  it('ignores foreign notifications on its channel', async () => {
    const { backplane, received } = await startBackplane('bc');
    for (const noise of [
      '',
      'x',
      'a:1:0:1:not json',
      'a:1:0:1:[{"kind":"hint"}]',
      'a:1:1:2:tail',
      `a:1:0:1:[{"kind":"ephemeral","event":{"tenantId":"../x"}}]`,
    ]) {
      await admin.query(`SELECT pg_notify('herald_sse', $1)`, [noise]);
    }
    backplane.publish({ kind: 'wake-up', shard: 1 });
    await until('received', () => received.length > 0);
    expect(received).toEqual([{ kind: 'wake-up', shard: 1 }]);
  });

  it('refuses to start when a NOTIFY does not arrive, and names a transaction-mode pooler as the likely cause', async () => {
    // NOTIFY stays inside one database, so a listener in another one receives nothing, as behind a pooler.
    const otherDatabase = new URL(database.url);
    otherDatabase.pathname = '/postgres';
    const { backplane } = makeServer('bd', { listenUrl: otherDatabase.href });
    await expect(backplane.start(() => undefined)).rejects.toMatchObject({
      code: 'ERR_SSE_STORAGE',
      message: expect.stringMatching(/pooler in transaction mode.*DATABASE_LISTEN_URL/),
    });
    // Only in that database: other suites listen in their own at the same time.
    const leftOpen = `SELECT FROM pg_stat_activity WHERE application_name = 'herald-listen' AND datname = 'postgres'`;
    await until('closed', async () => (await admin.query(leftOpen)).rowCount === 0);
  });
});
