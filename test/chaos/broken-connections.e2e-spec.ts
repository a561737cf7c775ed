import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asTenantId } from '@nest-herald/sse';
import { createPostgresSse, type PostgresSse } from '@nest-herald/sse/postgres';
import { DataSource } from 'typeorm';
import { appDataSourceOptions } from '../../src/database/data-source.js';
import { startPartingLine } from '../support/parting-line.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { type FaultProxy, startFaultProxy } from './cluster/fault-proxy.js';

const acme = asTenantId('acme');

let database: TestDatabase;
let line: FaultProxy;
let node: PostgresSse;

beforeEach(async () => {
  database = await createTestDatabase();
  const url = new URL(database.url);
  line = await startFaultProxy(Number(url.port));
  url.port = String(line.port);
  node = createPostgresSse({ connectionString: url.href, nodeId: 'test-node' });
});

afterEach(async () => {
  await node.stop();
  await line.close();
  await database.drop();
});

describe('a line to the database that breaks', () => {
  it('in the middle of a read fails the read, not the process, and the next read works', async () => {
    const look = () => node.eventLog.readRange(acme, 0, 10, 10);
    await expect(look()).resolves.toEqual([]);
    line.hold();
    const read = look();
    // The connection is taken out of its pool now, and its statement is on the way.
    await new Promise((resolve) => setImmediate(resolve));
    line.cut();
    await expect(read).rejects.toThrow(/terminated|ECONNRESET|closed/);
    await expect(look()).resolves.toEqual([]);
  });

  it('in the moment in which it opens fails the read, not the process, and the next read works', async () => {
    await withPartingLine(1, async (connectionString) => {
      const parting = createPostgresSse({ connectionString, nodeId: 'parting-node' });
      const look = () => parting.eventLog.readRange(acme, 0, 10, 10);
      try {
        await expect(look()).rejects.toThrow(/terminat|not queryable/);
        await expect(look()).resolves.toEqual([]);
      } finally {
        await parting.stop();
      }
    });
  });

  it('in the moment in which it opens fails the request, not the process, and the next one works', async () => {
    await withPartingLine(2, async (url) => {
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

/** @param which connection dies, from 1. */
async function withPartingLine(which: number, use: (url: string) => Promise<void>): Promise<void> {
  const url = new URL(database.url);
  const parting = await startPartingLine(Number(url.port), which);
  url.port = String(parting.port);
  try {
    await use(url.href);
  } finally {
    await parting.close();
  }
}
