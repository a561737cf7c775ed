import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BrokerServer, BROKERS } from '../support/broker-server.js';
import { call } from '../support/http.js';
import { moveBetween } from '../support/moving-follower.js';
import { runToExit, type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { describeWithPrograms } from '../support/server-program.js';
import { openStream, type StreamReader } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';
import { until } from '../support/until.js';

/** Two service processes over one database. */
class TwoServers {
  readonly streams: StreamReader[] = [];

  private constructor(
    private readonly database: TestDatabase,
    readonly a: Service,
    readonly b: Service,
    readonly reader: string,
    readonly sender: string,
  ) {}

  static async start(environment: Readonly<Record<string, string>>): Promise<TwoServers> {
    const database = await createTestDatabase();
    const env = {
      DATABASE_URL: database.url,
      JWT_SECRET: TEST_JWT_SECRET,
      SSE_CONNECTS_PER_MINUTE: '0',
      ...environment,
    };
    const [a, b] = await Promise.all([startService(env), startService(env)]);
    const reader = await signToken({ tenant: 'acme', user: 'reader', topics: ['job:1'] });
    const sender = await signToken({ tenant: 'acme', user: 'sender', permissions: ['sse:send', 'sse:admin'] });
    return new TwoServers(database, a, b, reader, sender);
  }

  async follow(server: Service): Promise<StreamReader> {
    const stream = await openStream(server.url, { token: this.reader, topics: ['job:1'] });
    this.streams.push(stream);
    await stream.until(({ event }) => event === 'connected');
    return stream;
  }

  /** Sends an event to the topic through one server. */
  async send(server: Service, data: string, durable: boolean): Promise<void> {
    const body = { target: { topic: 'job:1' }, data, durable };
    const answer = await call(`${server.url}/api/v1/sse/send`, { token: this.sender, body });
    expect(answer.status).toBe(202);
  }

  async backplaneOf(server: Service): Promise<unknown> {
    return (await call(`${server.url}/ready`)).body.checks.backplane;
  }

  async stop(): Promise<void> {
    for (const stream of this.streams) await stream.close();
    await Promise.all([this.a.stop(), this.b.stop()]);
    await this.database.drop();
  }
}

const has = (data: string) => (event: { readonly data: string }) => event.data === data;

for (const { name, program } of BROKERS) {
  describeWithPrograms(`Two service processes over ${name}`, [program], () => {
    let broker: BrokerServer;
    let servers: TwoServers;
    beforeAll(async () => {
      broker = await BrokerServer.start(name);
      servers = await TwoServers.start(broker.environment);
    }, 120_000);
    afterAll(async () => {
      await servers?.stop();
      await broker?.stop();
    });

    it('log at their start what carries their hints', () => {
      expect(servers.a.output()).toContain(`hints over ${name} at 127.0.0.1:${broker.port} (prefix herald)`);
    });

    it('deliver durable and ephemeral events of one to a follower of the other, and see users who are online on either', async () => {
      const stream = await servers.follow(servers.b);
      await servers.send(servers.a, 'durable', true);
      await stream.until(has('durable'));
      await servers.send(servers.a, 'ephemeral', false);
      await stream.until(has('ephemeral'));
      expect(stream.events().find(has('ephemeral'))?.id).toBeUndefined();
      await until('the other server sees the user online', async () => {
        const { body } = await call(`${servers.a.url}/api/v1/sse/online-users`, { token: servers.sender });
        return body.items.some((user: { userId: string }) => user.userId === 'reader');
      });
    });

    it('deliver every event once and in order to a follower that moves between them 50 times at random', async () => {
      const { published, seen, streams, resyncs } = await moveBetween([servers.a.url, servers.b.url], 50, 7);
      expect([streams, resyncs]).toEqual([51, 0]);
      expect(seen).toEqual(published);
      expect(published.length).toBeGreaterThan(20);
    }, 60_000);

    it('deliver durable events while it is down, fail readiness, and recover when it is back', async () => {
      const stream = await servers.follow(servers.b);
      await broker.kill();
      await until('both report it', async () => {
        const checks = [await servers.backplaneOf(servers.a), await servers.backplaneOf(servers.b)];
        return checks.every((check) => check === 'failed');
      });
      await servers.send(servers.a, 'by the tail', true);
      await stream.until(has('by the tail'));
      await broker.start();
      await until('both are back', async () => {
        const checks = [await servers.backplaneOf(servers.a), await servers.backplaneOf(servers.b)];
        return checks.every((check) => check === 'ok');
      });
      await servers.send(servers.a, 'ephemeral again', false);
      await stream.until(has('ephemeral again'));
      expect(stream.events().filter(has('by the tail'))).toHaveLength(1);
    });
  });
}

describe('Service without its backplane', () => {
  it('does not start, and states the remedy in one line', async () => {
    const gone = await BrokerServer.unused('redis');
    const database = await createTestDatabase();
    try {
      const url = gone.url.replace('://', '://ann:hunter2@');
      const start = startService({
        DATABASE_URL: database.url,
        JWT_SECRET: TEST_JWT_SECRET,
        SSE_BACKPLANE: 'redis',
        REDIS_URL: url,
      });
      const failure = (await start.catch((error: unknown) => error)) as Error;
      expect(failure.message).toMatch(
        /Nest Herald cannot start\. Redis at 127\.0\.0\.1:\d+ cannot be used: .*Check that it runs/,
      );
      expect(failure.message).not.toMatch(/hunter2|\n {4}at /);
    } finally {
      await database.drop();
    }
  });
});

describe('Service with another number of shards than the running servers', () => {
  it('does not start, and states the remedy in one line (exit code 78)', async () => {
    const database = await createTestDatabase();
    const env = { DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET };
    const running = await startService(env);
    try {
      const { code, output } = await runToExit({ ...env, SSE_SHARDS: '2' });
      expect(output).toMatch(
        /Nest Herald cannot start\. shards is 2, but the running servers use 1\..*stop all servers/,
      );
      expect(output).not.toMatch(/\n {4}at /);
      expect(code).toBe(78);
      expect((await call(`${running.url}/ready`)).status).toBe(200);
    } finally {
      await running.stop();
      await database.drop();
    }
  }, 120_000);
});
