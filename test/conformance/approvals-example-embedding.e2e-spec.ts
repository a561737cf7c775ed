import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { READY_MADE_PROCESSES } from '@nest-herald/approvals';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { compiled } from '../support/built-service.js';
import { call } from '../support/http.js';
import { TEST_SECRET } from '../support/sse-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

const EXAMPLE = 'libs/approvals/examples/embedding';

describe('Example host of approvals', () => {
  let database: TestDatabase;
  let example: ChildProcess;
  let host: pg.Client;
  let url: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    host = new pg.Client({ connectionString: database.url });
    await host.connect();
    await host.query('create table orders (no text primary key, status text); grant all on orders to herald_app');
    example = spawn(process.execPath, [compiled(`${EXAMPLE}/main.ts`)], {
      env: { ...process.env, NODE_OPTIONS: '', PORT: '0', DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of createInterface({ input: example.stdout! })) {
      url = /^ready on (\S+)$/.exec(line)?.[1] ?? '';
      if (url !== '') break;
    }
  });
  afterAll(async () => {
    if (example.exitCode === null && example.signalCode === null) {
      example.kill('SIGTERM');
      await once(example, 'exit');
    }
    await host?.end();
    await database?.drop();
  });

  it('approves its order in the transaction of the last decision', async () => {
    const admin = await signToken({ tenant: 'acme', user: 'admin', roles: ['admin'] }, TEST_SECRET);
    const put = (id: string, managerId: string | null) =>
      call(`${url}/api/v1/directory/people/${id}`, {
        method: 'PUT',
        token: admin,
        body: { name: id, roles: [], departmentIds: [], managerId, active: true },
      });
    await put('boss', null);
    await put('buyer', 'boss');
    expect(
      (await call(`${url}/api/v1/processes`, { token: admin, body: READY_MADE_PROCESSES['purchase-order'] })).status,
    ).toBe(201);
    const buyer = await signToken({ tenant: 'acme', user: 'buyer' }, TEST_SECRET);
    expect((await call(`${url}/orders`, { token: buyer, body: { no: '7', amount: 50 } })).status).toBe(201);
    expect(await statusOf('7')).toBe('waiting');
    const boss = await signToken({ tenant: 'acme', user: 'boss' }, TEST_SECRET);
    const { body } = await call(`${url}/api/v1/approval-tasks/my-tasks`, { token: boss });
    await call(`${url}/api/v1/approval-tasks/${body.items[0].id}/approve`, { token: boss, body: {} });
    expect(await statusOf('7')).toBe('approved');
    // The process refused it, so the order was rolled back too.
    expect((await call(`${url}/orders`, { token: buyer, body: { no: '8', amount: -1 } })).status).toBe(422);
    expect(await statusOf('8')).toBeUndefined();
  });

  it('has fewer than 40 lines and is shown in the README', () => {
    const source = readFileSync(`${EXAMPLE}/orders.controller.ts`, 'utf8');
    expect(readFileSync('libs/approvals/README.md', 'utf8')).toContain(source);
    expect(source.split('\n').filter((line) => line.trim() !== '').length).toBeLessThan(40);
  });

  async function statusOf(no: string): Promise<string | undefined> {
    const { rows } = await host.query<{ status: string }>('select status from orders where no = $1', [no]);
    return rows[0]?.status;
  }
});
