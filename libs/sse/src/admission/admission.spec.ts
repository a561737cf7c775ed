import { describe, expect, it } from '@jest/globals';
import { asTenantId, asUserId, Jitter, type Principal } from '@nest-herald/platform';
import { SseRefusal } from '../vocabulary/refusal.js';
import { ManualClock } from '../testing/manual-clock.js';
import { Admission, type AdmissionLimits } from './admission.js';
import type { AdmissionSlot } from './admission-slot.js';

const off: AdmissionLimits = {
  maxConnections: 0,
  maxConnectionsPerTenant: 0,
  maxConnectionsPerUser: 0,
  onUserLimit: 'refuse',
  connectsPerMinute: 0,
  connectBurst: 30,
  pollsPerMinute: 0,
};

function holder(user: string, tenant = 'acme'): Principal {
  const at = new Date(0);
  return {
    tenantId: asTenantId(tenant),
    userId: asUserId(user),
    roles: [],
    permissions: [],
    topics: [],
    expiresAt: at,
    issuedAt: at,
  };
}

function setUp(limits: Partial<AdmissionLimits>) {
  const clock = new ManualClock();
  const evicted: AdmissionSlot[] = [];
  const jitter = new Jitter({ random: () => 'AAAAAA' });
  const evictedElsewhere: string[] = [];
  const admission = new Admission({ ...off, ...limits }, clock, jitter, {
    evict: (slot) => evicted.push(slot),
    evictRemote: (_, connectionId) => evictedElsewhere.push(connectionId),
  });
  return { admission, clock, evicted, evictedElsewhere };
}

function refusalOf(run: () => unknown): SseRefusal {
  try {
    run();
  } catch (error) {
    if (error instanceof SseRefusal) return error;
  }
  throw new Error('It was not refused.');
}

describe('admission', () => {
  it('origin defect 8: refuses beyond the places of the process with 503 and a time to come back', () => {
    const { admission } = setUp({ maxConnections: 2 });
    const first = admission.admit(holder('a'), 'sse');
    admission.admit(holder('b'), 'sse');
    const refusal = refusalOf(() => admission.admit(holder('c'), 'sse'));
    expect([refusal.status, refusal.code]).toEqual([503, 'at_capacity']);
    expect(refusal.details.retryAfterMs).toBeGreaterThanOrEqual(5_000);
    expect(refusal.details.retryAfterMs).toBeLessThanOrEqual(30_000);
    first.release();
    expect(() => admission.admit(holder('c'), 'sse')).not.toThrow();
  });

  it('counts tenants apart, so that none uses up another one’s places', () => {
    const { admission } = setUp({ maxConnectionsPerTenant: 1 });
    admission.admit(holder('a', 'acme'), 'sse');
    const refusal = refusalOf(() => admission.admit(holder('b', 'acme'), 'sse'));
    expect([refusal.status, refusal.code]).toEqual([429, 'connection_limit']);
    expect(() => admission.admit(holder('a', 'beta'), 'sse')).not.toThrow();
  });

  it('counts people of the same name in two tenants apart', () => {
    const { admission } = setUp({ maxConnectionsPerUser: 1 });
    admission.admit(holder('ann', 'acme'), 'sse');
    expect(() => admission.admit(holder('ann', 'beta'), 'sse')).not.toThrow();
    expect(refusalOf(() => admission.admit(holder('ann', 'acme'), 'sse')).code).toBe('connection_limit');
  });

  it('gives a place back exactly once, however often it is released', () => {
    const { admission } = setUp({ maxConnectionsPerUser: 2 });
    const slot = admission.admit(holder('ann'), 'sse');
    admission.admit(holder('ann'), 'sse');
    slot.release();
    slot.release();
    slot.release();
    expect(admission.held).toBe(1);
    admission.admit(holder('ann'), 'sse');
    expect(refusalOf(() => admission.admit(holder('ann'), 'sse')).status).toBe(429);
  });

  it('evicts the oldest connection where it is told so', () => {
    const { admission, evicted } = setUp({ maxConnectionsPerUser: 2, onUserLimit: 'close-oldest' });
    const slots = [1, 2, 3].map(() => admission.admit(holder('ann'), 'sse'));
    expect(evicted).toEqual([slots[0]]);
    expect(admission.held).toBe(2);
    slots[0]!.release();
    expect(admission.held).toBe(2);
  });

  it('counts what other nodes hold, of the person and of the tenant', () => {
    const { admission } = setUp({ maxConnectionsPerUser: 3, maxConnectionsPerTenant: 10 });
    const ann = holder('ann');
    const held = (user: number, tenant: number) => ({ user, tenant, oldest: null });
    admission.take(ann, 'sse', held(1, 1));
    expect(() => admission.take(ann, 'sse', held(1, 1))).not.toThrow();
    expect(refusalOf(() => admission.take(ann, 'sse', held(1, 1))).details.detail).toMatch(/^You have your 3/);
    expect(refusalOf(() => admission.take(holder('bob'), 'ws', held(0, 8))).details.detail).toMatch(/^The tenant/);
    expect(() => admission.take(holder('bob'), 'poll', held(0, 7))).not.toThrow();
    expect([admission.isFull(ann, held(0, 0)), admission.isFull(ann, held(1, 0))]).toEqual([false, true]);
  });

  it('evicts the oldest connection wherever it is', () => {
    const { admission, clock, evicted, evictedElsewhere } = setUp({
      maxConnectionsPerUser: 2,
      onUserLimit: 'close-oldest',
    });
    const ann = holder('ann');
    const first = admission.admit(ann, 'sse');
    const since = new Date(clock.now().getTime() + 1);
    clock.advance(10);
    admission.take(ann, 'sse', { user: 1, tenant: 1, oldest: { connectionId: 'younger', since } });
    expect([evicted, evictedElsewhere]).toEqual([[first], []]);
    admission.take(ann, 'sse', { user: 1, tenant: 1, oldest: { connectionId: 'older', since } });
    expect([evicted, evictedElsewhere]).toEqual([[first], ['older']]);
  });

  it('lets a person open a burst, then so many a minute, and says when the next one may come', () => {
    const { admission, clock } = setUp({ connectsPerMinute: 120, connectBurst: 30 });
    for (let i = 0; i < 30; i++) admission.admit(holder('ann'), 'sse').release();
    const refusal = refusalOf(() => admission.admit(holder('ann'), 'sse'));
    expect([refusal.status, refusal.code]).toEqual([429, 'rate_limited']);
    expect(refusal.details.retryAfterMs).toBeGreaterThanOrEqual(500);
    expect(() => admission.admit(holder('bob'), 'sse')).not.toThrow();
    clock.advance(500);
    expect(() => admission.admit(holder('ann'), 'sse')).not.toThrow();
    expect(refusalOf(() => admission.admit(holder('ann'), 'sse')).code).toBe('rate_limited');
  });

  it('counts polls apart from streams', () => {
    const { admission } = setUp({ connectsPerMinute: 60, connectBurst: 1, pollsPerMinute: 60 });
    admission.admit(holder('ann'), 'sse');
    expect(() => admission.admit(holder('ann'), 'poll')).not.toThrow();
    expect(refusalOf(() => admission.admit(holder('ann'), 'poll')).code).toBe('rate_limited');
  });

  it('holds nothing after a refusal', () => {
    const { admission } = setUp({ maxConnections: 1 });
    const slot = admission.admit(holder('ann'), 'sse');
    for (let i = 0; i < 5; i++) refusalOf(() => admission.admit(holder('ann'), 'sse'));
    expect(admission.held).toBe(1);
    slot.release();
    expect(admission.held).toBe(0);
  });
});
