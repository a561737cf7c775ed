import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { call } from '../support/http.js';
import { itInFullProfile } from '../support/profile.js';
import {
  runToExit,
  type ServiceEnvironment,
  startService,
  temporaryDataDir,
  TEST_JWT_SECRET,
} from '../support/service.js';
import { createTestDatabase } from '../support/test-database.js';
import { isAlive, readPostmasterLock } from '../../src/database/postmaster-lock.js';

describe('Start and stop of the service', () => {
  const undo: (() => unknown)[] = [];
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
  });
  function dataDir(): string {
    const { path, remove } = temporaryDataDir();
    undo.push(remove);
    return path;
  }

  /** Settings with a database of its own, because starting the built-in one takes longer than these tests. */
  async function database(): Promise<ServiceEnvironment> {
    const created = await createTestDatabase();
    undo.push(() => created.drop());
    return { DATABASE_URL: created.url, JWT_SECRET: TEST_JWT_SECRET };
  }

  it('report all wrong settings together and exit with 78', async () => {
    const exit = await runToExit({ PORT: 'x', SSE_HEARTBEAT: '1', SSE_BACKPLANE: 'kafka', CORS_ORIGINS: '*' });
    expect(exit.code).toBe(78);
    for (const name of ['PORT', 'SSE_HEARTBEAT', 'SSE_BACKPLANE', 'CORS_ORIGINS']) {
      expect(exit.output).toMatch(new RegExp(`^ {2}${name}: `, 'm'));
    }
    expect(exit.output).not.toContain('    at ');
  });

  // read-settings.spec.ts covers each fault; the test above covers the exit code.
  itInFullProfile('refuse production without database and keys, and with the demo on', async () => {
    const exit = await runToExit({ NODE_ENV: 'production', DEMO: 'true' });
    expect(exit.code).toBe(78);
    for (const name of ['DATABASE_URL', 'JWT_SECRET', 'DEMO']) {
      expect(exit.output).toMatch(new RegExp(`^ {2}${name}: `, 'm'));
    }
  });

  it('report a database that does not answer, without its password', async () => {
    const exit = await runToExit({
      DATABASE_URL: 'postgres://herald:canary-password@127.0.0.1:9/herald',
      JWT_SECRET: 'canary-secret-that-is-longer-than-32-bytes',
    });
    expect(exit.code).toBe(78);
    expect(exit.output).toMatch(/No PostgreSQL for 127\.0\.0\.1:9/);
    expect(exit.output).not.toContain('canary');
  });

  it('need no settings, keep the data, and leave no process running', async () => {
    const DATA_DIR = dataDir();
    const first = await startService({ DATA_DIR });
    const lines = first.output().trimEnd().split('\n');
    expect(lines.at(-1)).toBe(`Nest Herald ready on ${first.url}`);
    expect(first.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const signedIn = await call(`${first.url}/api/v1/demo/sign-in`, { body: { userId: 'acme.admin' } });

    const second = await runToExit({ DATA_DIR });
    expect(second.code).toBe(78);
    expect(second.output).toContain('already in use');
    expect(second.output).toContain(String(first.pid));

    const stopped = await first.stop('SIGINT');
    expect([stopped.code, stopped.signal]).toEqual([0, null]);

    const again = await startService({ DATA_DIR });
    undo.push(() => again.kill());
    const stats = await call(`${again.url}/api/v1/sse/stats`, { token: signedIn.body.accessToken });
    expect(stats.status).toBe(200);

    const directory = /built-in PostgreSQL in (\S+?)[.,]?(?:\s|$)/.exec(again.output())?.[1] ?? '';
    const database = readPostmasterLock(join(directory, 'postgres'))?.pid ?? 0;
    expect([database > 0, isAlive(database)]).toEqual([true, true]);
    await again.kill();
    const deadline = Date.now() + 10_000;
    while (isAlive(database) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isAlive(database)).toBe(false);
  }, 60_000);

  it('report an address that is in use', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    undo.push(() => other.close());
    const { port } = other.address() as AddressInfo;
    const exit = await runToExit({ ...(await database()), PORT: `${port}` });
    expect(exit.code).toBe(1);
    expect(exit.output).toMatch(/cannot listen: .*EADDRINUSE.* PORT/);
    expect(exit.output).not.toContain('ready on');
  }, 60_000);

  it('offer no demo sign-in when the demo is off', async () => {
    const service = await startService({ ...(await database()), DEMO: 'false' });
    undo.push(() => service.kill());
    expect((await call(`${service.url}/api/v1/demo/people`)).status).toBe(404);
    expect((await call(`${service.url}/api/v1/demo/sign-in`, { body: { userId: 'acme.admin' } })).status).toBe(404);
    const document = await call(`${service.url}/api/v1/openapi.json`);
    expect(Object.keys(document.body.paths).filter((path) => path.includes('demo'))).toEqual([]);
  }, 60_000);
});
