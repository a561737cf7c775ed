import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type Answer, call } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { openStream } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

describe('Outage of the database', () => {
  let database: TestDatabase;
  let service: Service;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({ DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET });
  });
  afterAll(async () => {
    await service?.stop();
    await database?.drop();
  });

  it('fails readiness, ends neither the process nor streams, and loses nothing', async () => {
    const token = await signToken({ tenant: 'acme', user: 'reader', permissions: ['notification:send'] });
    const stream = await openStream(service.url, { token });
    await stream.until(({ event }) => event === 'connected');
    const send = (title: string) =>
      call(`${service.url}/api/v1/notifications`, { token, body: { to: { users: ['reader'] }, title } });
    expect((await send('before')).status).toBe(201);

    await admit(false);
    const down = await readyBecomes(503);
    expect(down.body).toMatchObject({ status: 'unavailable', checks: { database: 'failed', draining: false } });
    expect((await call(`${service.url}/health`)).status).toBe(200);
    const refused = await send('during');
    expect([refused.status, refused.body.code]).toEqual([503, 'at_capacity']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    // A browser's EventSource would give up on an error status, so it is asked to reconnect instead.
    const late = await signToken({ tenant: 'latecomer', user: 'reader' });
    const browser = await call(`${service.url}/api/v1/sse/stream`, {
      token: late,
      headers: { Accept: 'text/event-stream' },
    });
    expect([browser.status, browser.body]).toEqual([200, expect.stringMatching(/retry: \d+[\s\S]*event: close/)]);
    expect((await call(`${service.url}/api/v1/sse/stream`, { token: late })).status).toBe(503);
    expect(JSON.stringify(refused.body)).not.toMatch(/terminat|postgres|ECONN|not currently accepting/i);

    await admit(true);
    expect((await readyBecomes(200)).body.status).toBe('ok');
    expect((await send('after')).status).toBe(201);
    await stream.until(({ event, data }) => event === 'notification.created' && data.includes('"after"'), 15_000);
    await stream.close();
    const titles = stream.of('notification.created').map(({ data }) => (JSON.parse(data) as { title: string }).title);
    expect(titles).toEqual(['before', 'after']);
    expect(service.output()).not.toContain(TEST_JWT_SECRET);
  }, 60_000);

  /** Allows connections, or terminates all and refuses new ones. */
  async function admit(allowed: boolean): Promise<void> {
    const url = new URL(database.url);
    url.pathname = '/postgres';
    const admin = new pg.Client({ connectionString: url.href });
    await admin.connect();
    await admin.query(`ALTER DATABASE ${database.name} ALLOW_CONNECTIONS ${allowed}`);
    if (!allowed) {
      await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database.name]);
    }
    await admin.end();
  }

  async function readyBecomes(status: number): Promise<Answer> {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await call(`${service.url}/ready`);
      if (answer.status === status || attempt === 100) return answer;
      await delay(150);
    }
  }
});
