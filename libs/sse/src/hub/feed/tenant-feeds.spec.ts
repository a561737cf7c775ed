import { asTenantId } from '@nest-herald/platform';
import { Jitter } from '../../time/jitter.js';
import { describe, expect, it } from '@jest/globals';
import { Heartbeats } from '../../connection/timing/heartbeats.js';
import { TimerWheel } from '../../connection/timing/timer-wheel.js';
import { TurnScheduler } from '../../connection/output/turn-scheduler.js';
import { MemoryEventLog } from '../../event-log/memory-event-log.js';
import { ManualClock } from '../../testing/manual-clock.js';
import { MEMORY_HUB_OPTIONS } from '../../testing/memory-hub.js';
import { TenantFeeds } from './tenant-feeds.js';

const acme = asTenantId('acme');

function setUp() {
  const clock = new ManualClock();
  const tenants = new TenantFeeds({
    options: MEMORY_HUB_OPTIONS,
    log: new MemoryEventLog(),
    clock,
    scheduler: new TurnScheduler(),
    wheel: new TimerWheel(250, 0),
    heartbeats: new Heartbeats(clock),
    jitter: new Jitter({ random: () => 'AAAAAA' }),
    warn: () => {},
    onLeave: () => {},
    onClosed: () => {},
    onEvent: () => {},
    onControlRecord: () => {},
    applyStoredRevocations: () => Promise.resolve(),
  });
  return { clock, tenants };
}

describe('TenantFeeds', () => {
  it('creates a feed once and keeps it while it is in use', () => {
    const { tenants, clock } = setUp();
    const feed = tenants.acquire(acme);
    expect(tenants.acquire(acme)).toBe(feed);
    feed.release();
    clock.advance(3_600_000);
    tenants.sweep();
    expect(tenants.get(acme)).toBe(feed);
  });

  it('keeps an idle feed for a minute, for clients that reconnect', () => {
    const { tenants, clock } = setUp();
    const feed = tenants.acquire(acme);
    feed.release();
    clock.advance(59_000);
    tenants.sweep();
    expect(tenants.get(acme)).toBe(feed);
    clock.advance(1_000);
    tenants.sweep();
    expect(tenants.get(acme)).toBeUndefined();
  });

  it('drops the longest idle feeds when there are too many', () => {
    const { tenants, clock } = setUp();
    for (let i = 0; i < 1_500; i++) {
      tenants.acquire(asTenantId(`t${i}`)).release();
      clock.advance(1);
    }
    tenants.sweep();
    expect([...tenants.all()]).toHaveLength(1_000);
    expect(tenants.get(asTenantId('t499'))).toBeUndefined();
    expect(tenants.get(asTenantId('t500'))).toBeDefined();
  });

  it('keeps the counters of a dropped feed', () => {
    const { tenants, clock } = setUp();
    const feed = tenants.acquire(acme);
    feed.traffic.sent(5, 100);
    feed.release();
    clock.advance(60_000);
    tenants.sweep();
    tenants.acquire(acme).traffic.sent(1, 10);
    expect(tenants.trafficOf(acme)).toMatchObject({ eventsSent: 6, bytesSent: 110 });
    expect(tenants.total).toMatchObject({ eventsSent: 6, bytesSent: 110 });
  });

  it('averages rates over the last ten seconds', () => {
    const { tenants } = setUp();
    const { traffic } = tenants.acquire(acme);
    for (let second = 0; second <= 20; second++) {
      tenants.sampleRates();
      traffic.sent(second < 10 ? 100 : 7, 0);
    }
    expect(traffic.eventsPerSecond).toBe(7);
    expect(tenants.total.eventsPerSecond).toBe(7);
  });
});
