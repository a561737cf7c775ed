import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { call } from '../support/http.js';
import { type Service, startService, TEST_JWT_SECRET } from '../support/service.js';
import { openStream, type StreamReader } from '../support/stream-reader.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { signToken } from '../support/token.js';

/** `STALLED_CLIENTS=1000 STALLED_SECONDS=600 npm run test:full -- never-reading` is the long form. */
const CLIENTS = Number(process.env['STALLED_CLIENTS'] ?? 200);
const SECONDS = Number(process.env['STALLED_SECONDS'] ?? 60);
const HEALTHY = 5;
/** The kernel buffers several megabytes for each client before the server notices. */
const EVENT_BYTES = 60_000;
const EVENTS_PER_SECOND = 10;
/** performance.md: with 1,000 clients, above idle. */
const MAX_GROWTH_MB = 300;

/** A client that sends its request and never reads a byte, so it does not notice when the server closes it. */
function openStalled(port: number, token: string): Socket {
  const socket = connect(port, '127.0.0.1').pause();
  socket.write(
    `GET /api/v1/sse/stream HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  // A reset at the end of the test is expected.
  return socket.on('error', () => undefined);
}

describe('clients that never read', () => {
  let database: TestDatabase;
  let service: Service;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startService({
      DATABASE_URL: database.url,
      JWT_SECRET: TEST_JWT_SECRET,
      SSE_CONNECTS_PER_MINUTE: '0',
      SSE_MAX_CONNECTIONS_PER_USER: '0',
      SSE_REPLAY_MAX_EVENTS: '100000',
    });
  }, 60_000);
  afterAll(async () => {
    await service?.stop();
    await database?.drop();
  });

  const memoryMb = (): number =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${service.pid}/status`, 'utf8'))?.[1]) / 1024;

  it(
    `${CLIENTS} of them for ${SECONDS} s: memory stays bounded, and ${HEALTHY} others get everything in order`,
    async () => {
      const sender = await signToken({ tenant: 'acme', user: 'sender', permissions: ['sse:send'] });
      const readers: StreamReader[] = await Promise.all(
        Array.from({ length: HEALTHY }, async (_, i) =>
          openStream(service.url, { token: await signToken({ tenant: 'acme', user: `healthy-${i}` }) }),
        ),
      );
      await Promise.all(readers.map((reader) => reader.until(({ event }) => event === 'connected')));
      const idleMb = memoryMb();
      const token = await signToken({ tenant: 'acme', user: 'stalled' });
      const admin = await signToken({ tenant: 'acme', user: 'admin', permissions: ['sse:admin'] });
      const stats = async (): Promise<{ totalConnections: number; slowConsumersTotal: number }> =>
        (await call(`${service.url}/api/v1/sse/stats`, { token: admin })).body as never;
      const stalled: Socket[] = [];
      const data = 'x'.repeat(EVENT_BYTES);
      let sent = 0;
      let peakMb = 0;
      const until = performance.now() + SECONDS * 1_000;
      while (performance.now() < until) {
        // Closed clients reconnect, so that the load stays.
        if (sent % EVENTS_PER_SECOND === 0) {
          const missing = CLIENTS + HEALTHY - (await stats()).totalConnections;
          for (let i = 0; i < missing; i++) stalled.push(openStalled(Number(new URL(service.url).port), token));
        }
        const answer = await call(`${service.url}/api/v1/sse/send`, {
          token: sender,
          body: { target: { tenant: true }, event: 'bulk', data: `${(sent += 1)} ${data}` },
        });
        expect(answer.status).toBe(202);
        peakMb = Math.max(peakMb, memoryMb());
        await new Promise((resolve) => setTimeout(resolve, 1_000 / EVENTS_PER_SECOND));
      }
      await Promise.all(readers.map((reader) => reader.until((event) => event.data.startsWith(`${sent} `), 30_000)));
      for (const reader of readers) {
        expect(reader.of('bulk').map(({ data: text }) => Number.parseInt(text, 10))).toEqual(
          Array.from({ length: sent }, (_, i) => i + 1),
        );
      }
      const { slowConsumersTotal } = await stats();
      process.stdout.write(
        `never-reading: ${CLIENTS} clients, ${sent} events of ${EVENT_BYTES} bytes, thrown out ${slowConsumersTotal} times, ` +
          `${Math.round(idleMb)} MB before, ${Math.round(peakMb)} MB at most\n`,
      );
      // Otherwise no client was slow, and the test proved nothing.
      expect(slowConsumersTotal).toBeGreaterThan(CLIENTS / 2);
      expect(peakMb - idleMb).toBeLessThan(MAX_GROWTH_MB);
      for (const socket of stalled) socket.destroy();
      await Promise.all(readers.map((reader) => reader.close()));
    },
    SECONDS * 1_000 + 90_000,
  );
});
