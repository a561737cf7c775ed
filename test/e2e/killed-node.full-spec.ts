import { expect, it } from '@jest/globals';
import { BrokerServer } from '../support/broker-server.js';
import { call } from '../support/http.js';
import { describeWithPrograms } from '../support/server-program.js';
import { startService, TEST_JWT_SECRET } from '../support/service.js';
import { openStream } from '../support/stream-reader.js';
import { createTestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';
import { until } from '../support/until.js';

/** What is promised, and what a busy machine may add until somebody has asked. */
const OFFLINE_MS = 15_000;
const SLACK_MS = 5_000;

describeWithPrograms('a node that is killed with kill -9, over redis', ['redis-server'], () => {
  it('takes its people offline within 15 s, as every other node sees it', async () => {
    const [database, broker] = [await createTestDatabase(), await BrokerServer.start('redis')];
    const env = { DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET, ...broker.environment };
    const [survivor, victim] = await Promise.all([startService(env), startService(env)]);
    try {
      const token = await signToken({ tenant: 'acme', user: 'reader' });
      const admin = await signToken({ tenant: 'acme', user: 'boss', permissions: ['sse:admin'] });
      const stream = await openStream(victim.url, { token });
      await stream.until(({ event }) => event === 'connected');
      const isOnline = async (): Promise<boolean> =>
        (await call(`${survivor.url}/api/v1/sse/online-users/reader`, { token: admin })).body.online;
      await until('online', isOnline);
      await victim.kill();
      await stream.ended;
      await until('offline', async () => !(await isOnline()), OFFLINE_MS + SLACK_MS);
      expect(await isOnline()).toBe(false);
    } finally {
      await victim.kill();
      await survivor.stop();
      await broker.stop();
      await database.drop();
    }
  }, 90_000);
});
