import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import type { IdGenerator } from '@nest-herald/platform';
import { MemoryEventLog } from '@nest-herald/sse/spi';
import { ManualClock, MemoryLogStore } from '@nest-herald/sse/testing';
import { SseApp, testToken } from '../support/sse-app.js';

const GOLDEN = new URL('golden/stream.txt', import.meta.url);
/** More than the default heartbeat plus 10 %, less than two heartbeats. */
const ONE_BEAT_MS = 17_000;

let sse: SseApp;
afterEach(() => sse.stop());

/** 1, 2, 3 … as bytes, so that random values are the same in every run. */
function countingIds(): IdGenerator {
  let calls = 0;
  return {
    random: (bytes) => {
      const id = Buffer.alloc(bytes);
      id.writeUInt8((calls += 1) % 256, bytes - 1);
      return id.toString('base64url');
    },
  };
}

/** Sends a request and keeps every byte of the response. */
function rawAnswer(url: string, token: string): { text: () => string; leave: () => void } {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  socket.write(
    `GET /api/v1/sse/stream?topics=doc:* HTTP/1.1\r\nHost: erp.example\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  return {
    text: () => Buffer.concat(parts).toString('latin1'),
    leave: () => void socket.destroy(),
  };
}

it('a stream is byte for byte what the protocol describes, from the status line to the last chunk', async () => {
  const clock = new ManualClock();
  const eventLog = new MemoryEventLog(new MemoryLogStore('00000000-0000-4000-8000-000000000000', clock));
  sse = await SseApp.start({ options: { clock, idGenerator: countingIds(), eventLog } });
  const exp = clock.now().getTime() / 1_000 + 120;
  const answer = rawAnswer(sse.url, testToken({ topics: ['doc:**'], roles: ['buyer'], iat: exp - 120, exp }));
  const until = async (part: string): Promise<void> => {
    while (!answer.text().includes(part)) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await until('event: connected');

  await sse.broker.sendToUser('acme', 'ann', { data: 'a text\r\nof three\rlines: ünï 中文' });
  await until('of three');
  await sse.broker.sendToRole('acme', 'buyer', { event: 'order.created', data: { id: 'PO-9', total: 12.5 } });
  await until('order.created');
  await sse.broker.sendToTopic('acme', 'doc:7', { event: 'tick', data: '', durable: false });
  await until('event: tick');
  await sse.broker.sendToUser('acme', 'bob', { event: 'private', data: 'of another user' });
  clock.advance(ONE_BEAT_MS);
  await until('event: heartbeat');
  clock.advance(60_000 - ONE_BEAT_MS);
  await until('event: session.expiring');
  clock.advance(60_000);
  await until('\r\n0\r\n\r\n');
  answer.leave();

  const text = answer.text().replace(/^Date: .*\r\n/m, '');
  // A change of these bytes is a change of the protocol. Check the difference before you rewrite the file.
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(GOLDEN, text, 'latin1');
  expect(text).toBe(readFileSync(GOLDEN, 'latin1'));
});
