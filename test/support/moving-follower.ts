import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '../chaos/seeded-random.js';
import { Publisher } from '../cluster/publisher.js';
import { ResumingFollower } from './resuming-follower.js';
import { signToken } from './token.js';
import { until } from './until.js';

/** Result of {@link moveBetween}. */
export interface MovingResult {
  readonly published: readonly string[];
  readonly seen: readonly string[];
  readonly streams: number;
  readonly resyncs: number;
}

/**
 * Moves a follower at random between servers while one publisher works: `moves` times it leaves its stream at a random moment
 * and resumes on a random server.
 *
 * @param urls the servers.
 */
export async function moveBetween(urls: readonly string[], moves: number, seed: number): Promise<MovingResult> {
  const random = seededRandom(seed);
  const [topic, tenant, type] = [`walk:${seed}`, 'acme', 'walk'];
  const token = await signToken({ tenant, user: 'walker', topics: ['walk:*'], permissions: ['sse:send'] });
  const url = (): string => random.pick(urls);
  const follower = new ResumingFollower({ token, topics: [topic], type, url });
  await follower.start();
  const publisher = new Publisher('p', { token, topic, type, url: () => random.pick(urls), paceMs: 5 });
  try {
    for (let move = 0; move < moves; move++) {
      const opened = follower.opened;
      await delay(random.whole(0, 6));
      await follower.move();
      await until('the next stream', () => follower.opened > opened, 30_000);
    }
    await publisher.stop();
    const last = publisher.accepted.at(-1) ?? '';
    await until('the last event', () => follower.all.includes(last), 30_000);
    return { published: publisher.accepted, seen: follower.all, streams: follower.opened, resyncs: follower.resyncs };
  } finally {
    await publisher.stop();
    await follower.stop();
  }
}
