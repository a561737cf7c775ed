import { setTimeout as delay } from 'node:timers/promises';
import { call } from './http.js';
import { type Service, startService, TEST_JWT_SECRET } from './service.js';
import { openStream, type StreamReader } from './stream-reader.js';
import { createTestDatabase } from './test-database.js';
import { signToken } from './token.js';

/** Result of {@link killChain}. */
export interface KillChainResult {
  /** Titles whose COMMIT was acknowledged, in order. */
  readonly committed: readonly string[];
  /** Titles that the resuming client received over all its streams, in order of arrival. */
  readonly seen: readonly string[];
  readonly resyncs: number;
}

const TENANT = 'acme';
const READER = 'reader';

/**
 * Repeats `kills` times: commits a notification, kills the service with SIGKILL 0–20 ms later, starts it again, and lets a client
 * resume after its last position. The database keeps running, as a real one would.
 *
 * @param seed makes the delays repeatable.
 */
export async function killChain(kills: number, seed: number): Promise<KillChainResult> {
  const database = await createTestDatabase();
  const env = { DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET, SSE_CONNECTS_PER_MINUTE: '0' };
  const token = await signToken({ tenant: TENANT, user: READER });
  const sender = await signToken({ tenant: TENANT, user: 'sender', permissions: ['notification:send'] });
  const committed: string[] = [];
  const seen: string[] = [];
  let resyncs = 0;
  let position: string | undefined;
  const random = randomFrom(seed);
  let service: Service | null = null;
  let stream: StreamReader | null = null;

  /** Closes a stream and records what it received and its position. */
  const leave = async (open: StreamReader): Promise<void> => {
    await open.close();
    seen.push(...open.of('notification.created').map(({ data }) => (JSON.parse(data) as { title: string }).title));
    resyncs += open.of('resync').length;
    position = open.position() ?? position;
  };

  try {
    for (let round = 0; round <= kills; round += 1) {
      service = await startService(env);
      stream = await openStream(service.url, { token, ...(position === undefined ? {} : { lastEventId: position }) });
      await stream.until(({ event }) => event === 'connected');
      const last = committed.at(-1);
      if (last !== undefined && !seen.includes(last)) {
        await stream.until(({ event, data }) => event === 'notification.created' && data.includes(`"${last}"`), 20_000);
      }
      if (round === kills) break;
      const title = `chain ${seed}, event ${round + 1}`;
      const sent = await call(`${service.url}/api/v1/notifications`, {
        token: sender,
        body: { to: { users: [READER] }, title },
      });
      if (sent.status !== 201) throw new Error(`The notification was not accepted: ${JSON.stringify(sent.body)}`);
      committed.push(title);
      await delay(Math.floor(random() * 21));
      await service.kill();
      service = null;
      await stream.ended;
      await leave(stream);
      stream = null;
    }
    if (stream) await leave(stream);
    stream = null;
  } finally {
    await stream?.close();
    await service?.stop();
    await database.drop();
  }
  return { committed, seen, resyncs };
}

/** Mulberry32: small, repeatable and random enough for delays. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
