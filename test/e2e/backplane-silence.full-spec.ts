import { afterEach, it } from '@jest/globals';
import type { BackplaneMessage } from '@nest-herald/sse/spi';
import { createNatsBackplane } from '@nest-herald/sse/nats';
import { createPostgresSse } from '@nest-herald/sse/postgres';
import { createRedisBackplane } from '@nest-herald/sse/redis';
import { type FaultProxy, startFaultProxy } from '../chaos/cluster/fault-proxy.js';
import { BrokerServer, BROKERS } from '../support/broker-server.js';
import { describeWithPrograms } from '../support/server-program.js';
import { createTestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

const MAKERS = { redis: createRedisBackplane, nats: createNatsBackplane };
/** A ping every 5 s, at most two without an answer, and time for a busy machine. */
const DETECTED_MS = 35_000;

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0)) await step();
});

for (const { name, program } of BROKERS) {
  describeWithPrograms(`Connection to ${name} that stops transferring data`, [program], () => {
    it('is detected, bounds what waits, and is replaced by a new one', async () => {
      const server = await BrokerServer.start(name);
      undo.unshift(() => server.stop());
      const proxy: FaultProxy = await startFaultProxy(server.port);
      undo.unshift(() => proxy.close());
      const backplane = MAKERS[name]({ url: server.url.replace(`:${server.port}`, `:${proxy.port}`) });
      const received: BackplaneMessage[] = [];
      await backplane.start((message) => received.push(message));
      undo.unshift(() => backplane.stop());
      proxy.hold();
      backplane.publish({ kind: 'wake-up', shard: 1 });
      await until('detected', () => !backplane.isConnected(), DETECTED_MS);
      await until('counted', () => backplane.counters.lost === 1);
      proxy.cut();
      proxy.release();
      await until('a new connection', () => backplane.isConnected(), DETECTED_MS);
      backplane.publish({ kind: 'wake-up', shard: 2 });
      await until('received', () => received.some((message) => message.kind === 'wake-up' && message.shard === 2));
    }, 90_000);
  });
}

it('LISTEN connection that stops transferring data is detected by its ping and replaced by a new one', async () => {
  const database = await createTestDatabase();
  undo.unshift(() => database.drop());
  const { port } = new URL(database.url);
  const proxy = await startFaultProxy(Number(port));
  undo.unshift(() => proxy.close());
  const { backplane, stop } = createPostgresSse({
    connectionString: database.url,
    listenUrl: database.url.replace(`:${port}/`, `:${proxy.port}/`),
    nodeId: 'listener',
  });
  undo.unshift(stop);
  const received: BackplaneMessage[] = [];
  await backplane.start((message) => received.push(message));
  undo.unshift(() => backplane.stop());
  proxy.hold();
  await until('detected', () => !backplane.isConnected(), DETECTED_MS);
  proxy.cut();
  proxy.release();
  await until('a new connection', () => backplane.isConnected(), DETECTED_MS);
  backplane.publish({ kind: 'wake-up', shard: 2 });
  await until('received', () => received.some((message) => message.kind === 'wake-up' && message.shard === 2));
}, 90_000);
