import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { asTenantId } from '@nest-herald/platform';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import pg from 'pg';
import { type LogServer, startLogServer, stopLogServer } from '../support/log-server.js';
import { type PoolerServer, startPooler } from '../support/pooler-server.js';
import { describeWithPrograms } from '../support/server-program.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const acme = asTenantId('acme');

describeWithPrograms('behind PgBouncer in transaction mode', ['pgbouncer'], () => {
  let database: TestDatabase;
  let pooler: PoolerServer;
  let node: LogServer;

  beforeAll(async () => {
    database = await createTestDatabase();
    pooler = await startPooler(database.url);
    node = await startLogServer(database);
  }, 60_000);

  afterAll(async () => {
    await stopLogServer(node);
    await pooler.stop();
    await database.drop();
  });

  it('LISTEN is found deaf at the start, with the pooler named as the cause and the remedy', async () => {
    const { backplane, stop } = createPostgresSse({
      connectionString: database.url,
      listenUrl: pooler.url,
      nodeId: 'deaf',
    });
    await expect(backplane.start(() => undefined)).rejects.toMatchObject({
      code: 'ERR_SSE_STORAGE',
      message: expect.stringMatching(/pooler in transaction mode.*DATABASE_LISTEN_URL/),
    });
    await stop();
  });

  it('a host publishes in its own transactions, each of which may run on another server connection', async () => {
    const clients = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const client = new pg.Client({ connectionString: pooler.url });
        await client.connect();
        return client;
      }),
    );
    const pids = new Set<number>();
    const committed: string[] = [];
    // Twice as many at once as the pooler has connections, so that they must take turns.
    await Promise.all(
      clients.map(async (client, writer) => {
        for (let i = 0; i < 20; i++) {
          await client.query('BEGIN');
          const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
          pids.add(rows[0]?.pid ?? 0);
          const payload = `${writer}:${i}`;
          await node.eventLog.append(
            [{ tenantId: acme, audience: 'tenant', recipients: null, type: 'note', payload }],
            client,
          );
          if (i % 5 === 4) await client.query('ROLLBACK');
          else {
            await client.query('COMMIT');
            committed.push(payload);
          }
        }
      }),
    );
    await Promise.all(clients.map((client) => client.end()));
    await until('numbered', async () => (await node.eventLog.bounds(acme)).head === committed.length);
    const logged = (await node.eventLog.readRange(acme, 0, 1_000, 1_000)).map((event) => event.payload);
    expect(logged.toSorted()).toEqual(committed.toSorted());
    for (let writer = 0; writer < 6; writer++) {
      const own = logged.filter((payload) => payload.startsWith(`${writer}:`));
      expect(own).toEqual(committed.filter((payload) => payload.startsWith(`${writer}:`)));
    }
    expect(pids.size).toBeLessThanOrEqual(3);
  });
});
