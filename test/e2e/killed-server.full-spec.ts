import { expect, it } from '@jest/globals';
import { BrokerServer } from '../support/broker-server.js';
import { call } from '../support/http.js';
import { describeWithPrograms } from '../support/server-program.js';
import { startService, TEST_JWT_SECRET } from '../support/service.js';
import { openStream, type StreamReader } from '../support/stream-reader.js';
import { createTestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';
import { until } from '../support/until.js';

/** The promised time, and what a busy machine may add. */
const OFFLINE_MS = 15_000;
const SLACK_MS = 5_000;
/** The lease, the grace and one renewal. */
const ANNOUNCED_MS = 15_000 + 10_000 + 5_000;

const changesOf = (stream: StreamReader, userId: string): readonly string[] =>
  stream
    .of('presence')
    .map(({ data }) => JSON.parse(data) as { userId: string; online: boolean; generation: number })
    .filter((change) => change.userId === userId)
    .map(({ online, generation }) => `${online ? 'online' : 'offline'} ${generation}`);

describeWithPrograms(
  'Server that is killed with kill -9, and one that is only paused, over redis',
  ['redis-server'],
  () => {
    it('lose their users within 15 s on every other server, which announces each once; the users of the paused one return', async () => {
      const [database, broker] = [await createTestDatabase(), await BrokerServer.start('redis')];
      const env = {
        DATABASE_URL: database.url,
        JWT_SECRET: TEST_JWT_SECRET,
        SSE_MAX_CONNECTIONS_PER_USER: '1',
        SSE_CONNECTS_PER_MINUTE: '0',
        ...broker.environment,
      };
      const [survivor, victim, paused] = await Promise.all([startService(env), startService(env), startService(env)]);
      try {
        const token = await signToken({ tenant: 'acme', user: 'reader' });
        const admin = await signToken({ tenant: 'acme', user: 'boss', permissions: ['sse:admin'] });
        const sleeper = await signToken({ tenant: 'acme', user: 'sleeper' });
        const follower = await openStream(survivor.url, { token: admin, topics: ['presence'] });
        await follower.until(({ event }) => event === 'presence');
        const stream = await openStream(victim.url, { token });
        await openStream(paused.url, { token: sleeper });
        const announced = (user: string, changes: number) => () => changesOf(follower, user).length === changes;
        await until('both announced online', () => announced('reader', 1)() && announced('sleeper', 1)());
        const isOnline = async (): Promise<boolean> =>
          (await call(`${survivor.url}/api/v1/sse/online-users/reader`, { token: admin })).body.online;
        await until('online', isOnline);
        const isRefused = async (): Promise<boolean> => {
          const another = await openStream(survivor.url, { token });
          await another.close();
          return another.status === 429;
        };
        await until('one slot for all servers', isRefused);
        process.kill(paused.pid, 'SIGSTOP');
        await victim.kill();
        await stream.ended;
        await until('offline', async () => !(await isOnline()), OFFLINE_MS + SLACK_MS);
        expect(await isOnline()).toBe(false);
        await until(
          'both announced offline',
          () => announced('reader', 2)() && announced('sleeper', 2)(),
          ANNOUNCED_MS + SLACK_MS,
        );
        process.kill(paused.pid, 'SIGCONT');
        await until('announced online', announced('sleeper', 3), SLACK_MS * 2);
        expect(changesOf(follower, 'reader')).toEqual(['online 1', 'offline 1']);
        expect(await isRefused()).toBe(false);
        expect(changesOf(follower, 'sleeper')).toEqual(['online 1', 'offline 1', 'online 2']);
      } finally {
        process.kill(paused.pid, 'SIGCONT');
        await paused.kill();
        await victim.kill();
        await survivor.stop();
        await broker.stop();
        await database.drop();
      }
    }, 120_000);
  },
);
