import { expect, it } from '@jest/globals';
import { moveBetween } from '../support/moving-follower.js';
import { startService, TEST_JWT_SECRET } from '../support/service.js';
import { createTestDatabase } from '../support/test-database.js';

const MOVES = 1_000;

it('Follower that moves between two servers 1,000 times at random misses and repeats no event', async () => {
  const database = await createTestDatabase();
  const env = { DATABASE_URL: database.url, JWT_SECRET: TEST_JWT_SECRET, SSE_CONNECTS_PER_MINUTE: '0' };
  const servers = await Promise.all([startService(env), startService(env)]);
  try {
    const urls = servers.map(({ url }) => url);
    const { published, seen, streams, resyncs } = await moveBetween(urls, MOVES, 20_261_121);
    expect([streams, resyncs]).toEqual([MOVES + 1, 0]);
    expect(seen).toEqual(published);
  } finally {
    for (const server of servers) await server.stop();
    await database.drop();
  }
}, 180_000);
