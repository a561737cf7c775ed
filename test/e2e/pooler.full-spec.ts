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

describeWithPrograms('Event log with PgBouncer in transaction mode', ['pgbouncer'], () => {
  let database: TestDatabase;
  let pooler: PoolerServer;
  let server: LogServer;

  beforeAll(async () => {
    database = await createTestDatabase();
    pooler = await startPooler(database.url);
    server = await startLogServer(database);
  }, 60_000);

  afterAll(async () => {
    await stopLogServer(server);
    await pooler.stop();
    await database.drop();
  });

  it('fails the self-test of LISTEN at the start, and names the pooler as the cause and the remedy', async () => {
    const { backplane, stop } = createPostgresSse({
      connectionString: database.url,
      listenUrl: pooler.url,
      nodeId: 'pooled',
    });
    await expect(backplane.start(() => undefined)).rejects.toMatchObject({
      code: 'ERR_SSE_STORAGE',
      message: expect.stringMatching(/pooler in transaction mode.*DATABASE_LISTEN_URL/),
    });
    await stop();
  });

  it('lets a host publish in its own transactions, each of which may run on another connection to PostgreSQL', async () => {
    const clients = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const client = new pg.Client({ connectionString: pooler.url });
        await client.connect();
        return client;
      }),
    );
    const pids = new Set<number>();
    const committed: string[] = [];
    // Twice as many clients as the pooler has connections, so that they must share.
    await Promise.all(
      clients.map(async (client, writer) => {
        for (let i = 0; i < 20; i++) {
          await client.query('BEGIN');
          const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
          pids.add(rows[0]?.pid ?? 0);
          const payload = `${writer}:${i}`;
          await server.eventLog.append(
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
    await until('sequenced', async () => (await server.eventLog.bounds(acme)).head === committed.length);
    const logged = (await server.eventLog.readRange(acme, 0, 1_000, 1_000)).map((event) => event.payload);
    expect(logged.toSorted()).toEqual(committed.toSorted());
    for (let writer = 0; writer < 6; writer++) {
      const own = logged.filter((payload) => payload.startsWith(`${writer}:`));
      expect(own).toEqual(committed.filter((payload) => payload.startsWith(`${writer}:`)));
    }
    expect(pids.size).toBeLessThanOrEqual(3);
  });
});
