import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Connection } from '../../connection/connection.js';
import { TimerWheel } from '../../connection/timing/timer-wheel.js';
import { MemoryPresence } from '../../presence/memory-presence.js';
import { asTenantId, asUserId } from '@nest-herald/platform';
import { ManualClock } from '../../testing/manual-clock.js';
import { MemoryHub } from '../../testing/memory-hub.js';
import { PresenceRecorder } from './presence-recorder.js';

const acme = asTenantId('acme');
const ann = asUserId('ann');

describe('presence of polls', () => {
  let clock: ManualClock;
  let wheel: TimerWheel;
  let presence: MemoryPresence;
  let keeper: PresenceRecorder;
  let node: MemoryHub;
  const poll = async (): Promise<Connection> => (await node.connect({ transport: 'poll' })).connection;
  const pass = (ms: number): void => {
    clock.advance(ms);
    wheel.advance(clock.monotonicMs());
  };
  const count = async (): Promise<number> => (await presence.user(acme, ann)).connections.length;

  beforeEach(async () => {
    clock = new ManualClock();
    wheel = new TimerWheel(250, clock.monotonicMs());
    presence = new MemoryPresence(clock);
    keeper = new PresenceRecorder(presence, 'node', wheel, () => clock.monotonicMs());
    node = await MemoryHub.start();
  });
  afterEach(() => node.hub.stop());

  it('lasts 30 s beyond the answer', async () => {
    const connection = await poll();
    keeper.opened(connection);
    keeper.closed(connection);
    pass(29_900);
    expect(await count()).toBe(1);
    pass(600);
    expect(await count()).toBe(0);
  });

  it('counts a device that polls on as one connection', async () => {
    for (let i = 0; i < 5; i++) {
      const connection = await poll();
      keeper.opened(connection);
      expect(await count()).toBe(1);
      keeper.closed(connection);
      pass(20_000);
    }
    expect(await count()).toBe(1);
  });

  it('ends with the hub', async () => {
    const connection = await poll();
    keeper.opened(connection);
    keeper.closed(connection);
    keeper.stop();
    expect(await count()).toBe(0);
  });

  it('does not keep a stream that was closed', async () => {
    const { connection } = await node.connect();
    keeper.opened(connection);
    keeper.closed(connection);
    expect(await count()).toBe(0);
  });
});
