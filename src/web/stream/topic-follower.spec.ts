import { expect, test } from '@jest/globals';
import type { EventStream } from './event-stream.js';
import { TopicFollower } from './topic-follower.js';

/** A follower on a stream that the test connects, and a service that records the topics of each connection. */
function setUp() {
  let onConnected = (): void => {};
  let connectionId: string | undefined;
  const updates: string[] = [];
  let refuses = false;
  const stream = {
    on: (_: string, handler: () => void) => {
      onConnected = handler;
      return () => (onConnected = () => {});
    },
    get state() {
      return { phase: connectionId === undefined ? 'connecting' : 'open' };
    },
    get facts() {
      return { connected: connectionId === undefined ? null : { connectionId } };
    },
  } as unknown as EventStream;
  const follower = new TopicFollower(stream, (id, topics) => {
    updates.push(`${id}: ${topics.join(' ')}`);
    return refuses ? Promise.reject(new Error('no')) : Promise.resolve();
  });
  follower.attach();
  const connect = async (id: string): Promise<void> => {
    connectionId = id;
    onConnected();
    await settle();
  };
  return { follower, updates, connect, refuse: () => (refuses = true) };
}
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

test('TopicFollower follows a topic until it is released, and notifies when the service has it', async () => {
  const { follower, updates, connect } = setUp();
  await connect('c1');
  expect(updates).toEqual([]);
  let notified = 0;
  const end = follower.follow('a', () => notified++);
  await settle();
  expect([updates, notified]).toEqual([['c1: a'], 1]);
  end();
  await settle();
  expect([updates, notified]).toEqual([['c1: a', 'c1: '], 1]);
});

test('TopicFollower follows again on each new connection, and notifies again', async () => {
  const { follower, updates, connect } = setUp();
  let notified = 0;
  follower.follow('a', () => notified++);
  await settle();
  expect(updates).toEqual([]);
  await connect('c1');
  await connect('c2');
  expect([updates, notified]).toEqual([['c1: a', 'c2: a'], 2]);
});

test('TopicFollower keeps a topic until its last follower has gone', async () => {
  const { follower, updates, connect } = setUp();
  await connect('c1');
  const ends = [follower.follow('a', () => {}), follower.follow('a', () => {})];
  await settle();
  ends[0]!();
  await settle();
  expect(updates.at(-1)).toBe('c1: a');
  ends[1]!();
  await settle();
  expect(updates.at(-1)).toBe('c1: ');
});

test('TopicFollower notifies no one after a refusal', async () => {
  const { follower, connect, refuse } = setUp();
  refuse();
  await connect('c1');
  let notified = 0;
  follower.follow('a', () => notified++);
  await settle();
  expect(notified).toBe(0);
});
