import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asTenantId } from '@nest-herald/platform';
import { createPostgresSse, type PostgresSse } from '@nest-herald/sse/postgres';
import { DataSource } from 'typeorm';
import { appDataSourceOptions } from '../../src/database/data-source.js';
import { startDyingPostgres } from '../support/dying-postgres.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { type FaultProxy, startFaultProxy } from './cluster/fault-proxy.js';

const acme = asTenantId('acme');

let database: TestDatabase;
let proxy: FaultProxy;
let server: PostgresSse;

beforeEach(async () => {
  database = await createTestDatabase();
  const url = new URL(database.url);
  proxy = await startFaultProxy(Number(url.port));
  url.port = String(proxy.port);
  server = createPostgresSse({ connectionString: url.href, nodeId: 'test-node' });
});

afterEach(async () => {
  await server.stop();
  await proxy.close();
  await database.drop();
});

describe('A database connection that breaks', () => {
  it('fails the read that is in progress, not the process, and the next read works', async () => {
    const read = () => server.eventLog.readRange(acme, 0, 10, 10);
    await expect(read()).resolves.toEqual([]);
    proxy.hold();
    const pending = read();
    // The connection has left its pool, and its statement is in flight.
    await new Promise((resolve) => setImmediate(resolve));
    proxy.cut();
    await expect(pending).rejects.toThrow(/terminated|ECONNRESET|closed/);
    await expect(read()).resolves.toEqual([]);
  });

  it('fails the read that opens it, not the process, and the next read works', async () => {
    await withFailingConnection(1, async (connectionString) => {
      const parting = createPostgresSse({ connectionString, nodeId: 'parting-node' });
      const read = () => parting.eventLog.readRange(acme, 0, 10, 10);
      try {
        await expect(read()).rejects.toThrow(/terminat|not queryable/);
        await expect(read()).resolves.toEqual([]);
      } finally {
        await parting.stop();
      }
    });
  });

  it('fails the request that opens it, not the process, and the next request works', async () => {
    await withFailingConnection(2, async (url) => {
      const dataSource = await new DataSource(appDataSourceOptions({ url })).initialize();
      const first = dataSource.createQueryRunner();
      await first.connect();
      const second = () => dataSource.query('SELECT 1 AS one');
      await expect(second()).rejects.toThrow(/terminat|not queryable/);
      await expect(second()).resolves.toEqual([{ one: 1 }]);
      await first.release();
      await dataSource.destroy();
    });
  });
});

/** @param which the number of the connection that fails, from 1. */
async function withFailingConnection(which: number, use: (url: string) => Promise<void>): Promise<void> {
  const url = new URL(database.url);
  const parting = await startDyingPostgres(Number(url.port), which);
  url.port = String(parting.port);
  try {
    await use(url.href);
  } finally {
    await parting.close();
  }
}
