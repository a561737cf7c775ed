import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asTenantId } from '@nest-herald/sse';
import { createPostgresSse, type PostgresSse } from '@nest-herald/sse/postgres';
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
});
