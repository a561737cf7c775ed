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

describe('PresenceRecorder', () => {
  let clock: ManualClock;
  let wheel: TimerWheel;
  let presence: MemoryPresence;
  let recorder: PresenceRecorder;
  let server: MemoryHub;
  const poll = async (): Promise<Connection> => (await server.connect({ transport: 'poll' })).connection;
  const pass = (ms: number): void => {
    clock.advance(ms);
    wheel.advance(clock.monotonicMs());
  };
  const count = async (): Promise<number> => (await presence.user(acme, ann)).connections.length;

  beforeEach(async () => {
    clock = new ManualClock();
    wheel = new TimerWheel(250, clock.monotonicMs());
    presence = new MemoryPresence(clock);
    recorder = new PresenceRecorder(presence, 'node', wheel, () => clock.monotonicMs());
    server = await MemoryHub.start();
  });
  afterEach(() => server.hub.stop());

  it('keeps a poll for 30 s after its answer', async () => {
    const connection = await poll();
    recorder.opened(connection);
    recorder.closed(connection);
    pass(29_900);
    expect(await count()).toBe(1);
    pass(600);
    expect(await count()).toBe(0);
  });

  it('counts a device that polls repeatedly as one connection', async () => {
    for (let i = 0; i < 5; i++) {
      const connection = await poll();
      recorder.opened(connection);
      expect(await count()).toBe(1);
      recorder.closed(connection);
      pass(20_000);
    }
    expect(await count()).toBe(1);
  });

  it('removes polls when the hub stops', async () => {
    const connection = await poll();
    recorder.opened(connection);
    recorder.closed(connection);
    recorder.stop();
    expect(await count()).toBe(0);
  });

  it('removes a closed stream at once', async () => {
    const { connection } = await server.connect();
    recorder.opened(connection);
    recorder.closed(connection);
    expect(await count()).toBe(0);
  });
});
