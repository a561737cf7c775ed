import { describe, expect, it } from '@jest/globals';
import { HeartbeatPolicy } from './heartbeat-policy.js';

const quiet = { isBlocked: false, isBehind: false };

describe('HeartbeatPolicy', () => {
  it('sends heartbeats while the client reads', () => {
    const policy = new HeartbeatPolicy(60_000, 0);
    for (let nowMs = 0; nowMs < 600_000; nowMs += 15_000) expect(policy.decide({ nowMs, ...quiet })).toBe('heartbeat');
  });

  it('waits while bytes are unread, and gives up after the idle time', () => {
    const policy = new HeartbeatPolicy(60_000, 0);
    const at = (nowMs: number) => policy.decide({ nowMs, isBlocked: true, isBehind: true });
    expect([at(15_000), at(74_999), at(75_000)]).toEqual(['wait', 'wait', 'give up']);
  });

  it('restarts the idle time whenever the client has read everything', () => {
    const policy = new HeartbeatPolicy(60_000, 0);
    const blocked = (nowMs: number) => policy.decide({ nowMs, isBlocked: true, isBehind: false });
    blocked(0);
    policy.progress();
    expect(blocked(70_000)).toBe('wait');
    policy.decide({ nowMs: 80_000, ...quiet });
    expect([blocked(90_000), blocked(149_999), blocked(150_000)]).toEqual(['wait', 'wait', 'give up']);
  });

  it('never gives up when the idle time is off', () => {
    const policy = new HeartbeatPolicy(0, 0);
    expect(policy.decide({ nowMs: 0, isBlocked: true, isBehind: false })).toBe('wait');
    expect(policy.decide({ nowMs: 1e9, isBlocked: true, isBehind: false })).toBe('wait');
  });

  it('moves the cursor of a client that is behind, at most every ten seconds (P36)', () => {
    const policy = new HeartbeatPolicy(0, 0);
    const behind = (nowMs: number) => policy.decide({ nowMs, isBlocked: false, isBehind: true });
    expect([5_000, 10_000, 15_000, 20_000, 29_999].map(behind)).toEqual([
      'heartbeat',
      'cursor and heartbeat',
      'heartbeat',
      'cursor and heartbeat',
      'heartbeat',
    ]);
  });
});
