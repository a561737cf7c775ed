import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { call } from '../support/http.js';
import { type ProxyName, type ProxyServer, startProxy } from '../support/proxy-server.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { describeWithPrograms } from '../support/server-program.js';
import { openStream, type StreamReader } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

const HEARTBEAT_MS = 5_000;
/** The time that the documentation promises for one event through a proxy. */
const EVENT_MS = 300;
const ATTEMPTS = 10;

let database: TestDatabase;
let service: Service;
let token: string;
beforeAll(async () => {
  database = await createTestDatabase();
  service = await startService({
    DATABASE_URL: database.url,
    JWT_SECRET: TEST_JWT_SECRET,
    SSE_HEARTBEAT_MS: String(HEARTBEAT_MS),
    TRUST_PROXY: '1',
  });
  token = await signToken({ tenant: 'acme', user: 'reader', topics: ['job:1'], permissions: ['sse:send'] });
}, 120_000);
afterAll(async () => {
  await service?.stop();
  await database?.drop();
});

for (const name of ['haproxy', 'nginx'] as const satisfies readonly ProxyName[]) {
  describeWithPrograms(`Stream through ${name} with the published settings`, [name], () => {
    let proxy: ProxyServer;
    const streams: StreamReader[] = [];
    beforeAll(async () => {
      proxy = await startProxy(name, [Number(new URL(service.url).port)]);
    }, 60_000);
    afterAll(async () => {
      for (const stream of streams) await stream.close();
      await proxy?.stop();
    });

    async function open(lastEventId?: string): Promise<StreamReader> {
      const stream = await openStream(proxy.url, {
        token,
        topics: ['job:1'],
        ...(lastEventId === undefined ? {} : { lastEventId }),
      });
      streams.push(stream);
      await stream.until(({ event }) => event === 'connected');
      return stream;
    }

    async function send(data: string): Promise<void> {
      const body = { target: { topic: 'job:1' }, data };
      expect((await call(`${proxy.url}/api/v1/sse/send`, { token, body })).status).toBe(202);
    }

    it('starts at once, with the headers that prevent buffering', async () => {
      const stream = await open();
      expect(stream.status).toBe(200);
      expect(stream.headers.get('content-type')).toContain('text/event-stream');
      expect(stream.headers.get('content-encoding')).toBeNull();
    });

    it(`delivers an event within ${EVENT_MS} ms`, async () => {
      const stream = await open();
      const tookMs: number[] = [];
      for (let i = 0; i < ATTEMPTS; i++) {
        const startedMs = performance.now();
        await send(`${name} ${i}`);
        await stream.until(({ data }) => data === `${name} ${i}`);
        tookMs.push(performance.now() - startedMs);
      }
      // A proxy that buffers delays every event; a busy machine only some.
      expect(Math.min(...tookMs)).toBeLessThan(EVENT_MS);
    });

    it('receives heartbeats when there is no event', async () => {
      const stream = await open();
      await stream.until(({ event }) => event === 'heartbeat', HEARTBEAT_MS * 4);
    });

    it('resumes after Last-Event-ID with the missed events', async () => {
      const first = await open();
      await send(`${name} before`);
      await first.until(({ data }) => data === `${name} before`);
      const position = first.position();
      await first.close();
      await send(`${name} missed`);
      const second = await open(position);
      await second.until(({ data }) => data === `${name} missed`);
      expect(second.events().some(({ data }) => data === `${name} before`)).toBe(false);
    });
  });
}
