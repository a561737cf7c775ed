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

/** Two service processes, and what they have in common. */
class TwoNodes {
  readonly streams: StreamReader[] = [];

  private constructor(
    private readonly database: TestDatabase,
    readonly a: Service,
    readonly b: Service,
    readonly reader: string,
    readonly sender: string,
  ) {}

  static async start(environment: Readonly<Record<string, string>>): Promise<TwoNodes> {
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
    return new TwoNodes(database, a, b, reader, sender);
  }

  async follow(node: Service): Promise<StreamReader> {
    const stream = await openStream(node.url, { token: this.reader, topics: ['job:1'] });
    this.streams.push(stream);
    await stream.until(({ event }) => event === 'connected');
    return stream;
  }

  /** Sends to the topic from one node. */
  async send(node: Service, data: string, durable: boolean): Promise<void> {
    const body = { target: { topic: 'job:1' }, data, durable };
    const answer = await call(`${node.url}/api/v1/sse/send`, { token: this.sender, body });
    expect(answer.status).toBe(202);
  }

  async backplaneOf(node: Service): Promise<unknown> {
    return (await call(`${node.url}/ready`)).body.checks.backplane;
  }

  async stop(): Promise<void> {
    for (const stream of this.streams) await stream.close();
    await Promise.all([this.a.stop(), this.b.stop()]);
    await this.database.drop();
  }
}

const has = (data: string) => (event: { readonly data: string }) => event.data === data;

for (const { name, program } of BROKERS) {
  describeWithPrograms(`two service processes over ${name}`, [program], () => {
    let broker: BrokerServer;
    let nodes: TwoNodes;
    beforeAll(async () => {
      broker = await BrokerServer.start(name);
      nodes = await TwoNodes.start(broker.environment);
    }, 120_000);
    afterAll(async () => {
      await nodes?.stop();
      await broker?.stop();
    });

    it('say at their start what carries their hints', () => {
      expect(nodes.a.output()).toContain(`hints over ${name} at 127.0.0.1:${broker.port} (prefix herald)`);
    });

    it('bring durable and ephemeral events of one to a follower of the other, and know who is online anywhere', async () => {
      const stream = await nodes.follow(nodes.b);
      await nodes.send(nodes.a, 'durable', true);
      await stream.until(has('durable'));
      await nodes.send(nodes.a, 'ephemeral', false);
      await stream.until(has('ephemeral'));
      expect(stream.events().find(has('ephemeral'))?.id).toBeUndefined();
      await until('online, as the other node sees it', async () => {
        const { body } = await call(`${nodes.a.url}/api/v1/sse/online-users`, { token: nodes.sender });
        return body.items.some((user: { userId: string }) => user.userId === 'reader');
      });
    });

    it('show a follower that moves between them at random 50 times everything once, in order', async () => {
      const { published, seen, streams, resyncs } = await moveBetween([nodes.a.url, nodes.b.url], 50, 7);
      expect([streams, resyncs]).toEqual([51, 0]);
      expect(seen).toEqual(published);
      expect(published.length).toBeGreaterThan(20);
    }, 60_000);

    it('bring durable events while it is away, leave the traffic, and are whole again when it is back', async () => {
      const stream = await nodes.follow(nodes.b);
      await broker.kill();
      await until('both notice', async () => {
        const checks = [await nodes.backplaneOf(nodes.a), await nodes.backplaneOf(nodes.b)];
        return checks.every((check) => check === 'failed');
      });
      await nodes.send(nodes.a, 'by the tail', true);
      await stream.until(has('by the tail'));
      await broker.start();
      await until('both are back', async () => {
        const checks = [await nodes.backplaneOf(nodes.a), await nodes.backplaneOf(nodes.b)];
        return checks.every((check) => check === 'ok');
      });
      await nodes.send(nodes.a, 'ephemeral again', false);
      await stream.until(has('ephemeral again'));
      expect(stream.events().filter(has('by the tail'))).toHaveLength(1);
    });
  });
}

describe('a service whose backplane is not there', () => {
  it('does not start, and says what to do in one line', async () => {
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

describe('a service that counts shards otherwise than the nodes that run', () => {
  it('does not start, and says what to do in one line (code 78)', async () => {
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
