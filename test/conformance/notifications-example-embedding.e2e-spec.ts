import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compiled } from '../support/built-service.js';
import { call } from '../support/http.js';
import { TEST_SECRET } from '../support/sse-app.js';
import { openStream } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

const EXAMPLE = 'libs/notifications/examples/embedding/main.ts';

describe('examples/embedding of the notification centre', () => {
  let database: TestDatabase;
  let example: ChildProcess;
  let url: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    example = spawn(process.execPath, [compiled(EXAMPLE)], {
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
    await database?.drop();
  });

  it('pushes its first notification, and keeps it for later visits', async () => {
    const boss = await signToken({ tenant: 'acme', user: 'boss', roles: ['manager'] }, TEST_SECRET);
    const stream = await openStream(url, { token: boss });
    await stream.until((event) => event.event === 'connected');
    const buyer = await signToken({ tenant: 'acme', user: 'buyer' }, TEST_SECRET);
    expect((await call(`${url}/orders`, { token: buyer, body: { no: '7' } })).status).toBe(201);
    const { data } = await stream.until((event) => event.event === 'notification.created');
    const pushed = { title: 'Order 7 was booked', actorId: 'buyer', audience: 'role:manager' };
    expect(JSON.parse(data)).toMatchObject(pushed);
    await stream.close();
    const colleague = await signToken({ tenant: 'acme', user: 'deputy', roles: ['manager'] }, TEST_SECRET);
    const list = await call(`${url}/api/v1/notifications`, { token: colleague });
    expect(list.body.items).toMatchObject([pushed]);
  });

  it('is what the README shows, in under 40 lines of code', () => {
    const source = readFileSync(EXAMPLE, 'utf8');
    expect(readFileSync('libs/notifications/README.md', 'utf8')).toContain(source);
    expect(source.split('\n').filter((line) => line.trim() !== '').length).toBeLessThan(40);
  });
});
