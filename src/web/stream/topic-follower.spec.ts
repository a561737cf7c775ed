import { expect, test } from '@jest/globals';
import type { EventStream } from './event-stream.js';
import { TopicFollower } from './topic-follower.js';

/** A stream that connects when a test says so, and a service that notes the topics of each connection. */
function line() {
  let onConnected = (): void => {};
  let connectionId: string | undefined;
  const said: string[] = [];
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
    said.push(`${id}: ${topics.join(' ')}`);
    return refuses ? Promise.reject(new Error('no')) : Promise.resolve();
  });
  follower.attach();
  const connect = async (id: string): Promise<void> => {
    connectionId = id;
    onConnected();
    await settle();
  };
  return { follower, said, connect, refuse: () => (refuses = true) };
}
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

test('follows while somebody looks, and tells when the line has it', async () => {
  const { follower, said, connect } = line();
  await connect('c1');
  expect(said).toEqual([]);
  let told = 0;
  const end = follower.follow('a', () => told++);
  await settle();
  expect([said, told]).toEqual([['c1: a'], 1]);
  end();
  await settle();
  expect([said, told]).toEqual([['c1: a', 'c1: '], 1]);
});

test('follows again on each new connection, and tells again', async () => {
  const { follower, said, connect } = line();
  let told = 0;
  follower.follow('a', () => told++);
  await settle();
  expect(said).toEqual([]);
  await connect('c1');
  await connect('c2');
  expect([said, told]).toEqual([['c1: a', 'c2: a'], 2]);
});

test('keeps a topic that two look at until both have gone', async () => {
  const { follower, said, connect } = line();
  await connect('c1');
  const ends = [follower.follow('a', () => {}), follower.follow('a', () => {})];
  await settle();
  ends[0]!();
  await settle();
  expect(said.at(-1)).toBe('c1: a');
  ends[1]!();
  await settle();
  expect(said.at(-1)).toBe('c1: ');
});

test('a refusal breaks nothing, and nobody is told that it worked', async () => {
  const { follower, connect, refuse } = line();
  refuse();
  await connect('c1');
  let told = 0;
  follower.follow('a', () => told++);
  await settle();
  expect(told).toBe(0);
});
