import { describe, expect, it } from '@jest/globals';
import { asTenantId, asUserId, type Principal } from '@nest-herald/platform';
import { Jitter } from '../time/jitter.js';
import { SseRefusal } from '../vocabulary/refusal.js';
import { NO_REMOTE_CONNECTIONS } from '../presence/cluster-slots.js';
import type { Transport } from '../presence/presence.js';
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

function principalOf(user: string, tenant = 'acme'): Principal {
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
  const evictedRemote: string[] = [];
  const admission = new Admission({ ...off, ...limits }, clock, jitter, {
    evict: (slot) => evicted.push(slot),
    evictRemote: (_, connectionId) => evictedRemote.push(connectionId),
  });
  return { admission, clock, evicted, evictedRemote };
}

/** Admits on a server that is alone. */
function admit(admission: Admission, principal: Principal, transport: Transport): AdmissionSlot {
  admission.countAttempt(principal, transport);
  return admission.take(principal, transport, NO_REMOTE_CONNECTIONS);
}

function refusalOf(run: () => unknown): SseRefusal {
  try {
    run();
  } catch (error) {
    if (error instanceof SseRefusal) return error;
  }
  throw new Error('The admission was not refused.');
}

describe('Admission', () => {
  it('legacy defect 8: refuses beyond the slots of the process with 503 and a retry time', () => {
    const { admission } = setUp({ maxConnections: 2 });
    const first = admit(admission, principalOf('a'), 'sse');
    admit(admission, principalOf('b'), 'sse');
    const refusal = refusalOf(() => admit(admission, principalOf('c'), 'sse'));
    expect([refusal.status, refusal.code]).toEqual([503, 'at_capacity']);
    expect(refusal.details.retryAfterMs).toBeGreaterThanOrEqual(5_000);
    expect(refusal.details.retryAfterMs).toBeLessThanOrEqual(30_000);
    first.release();
    expect(() => admit(admission, principalOf('c'), 'sse')).not.toThrow();
  });

  it('counts tenants separately, so that none uses another tenant’s slots', () => {
    const { admission } = setUp({ maxConnectionsPerTenant: 1 });
    admit(admission, principalOf('a', 'acme'), 'sse');
    const refusal = refusalOf(() => admit(admission, principalOf('b', 'acme'), 'sse'));
    expect([refusal.status, refusal.code]).toEqual([429, 'connection_limit']);
    expect(() => admit(admission, principalOf('a', 'beta'), 'sse')).not.toThrow();
  });

  it('counts users with the same id in two tenants separately', () => {
    const { admission } = setUp({ maxConnectionsPerUser: 1 });
    admit(admission, principalOf('ann', 'acme'), 'sse');
    expect(() => admit(admission, principalOf('ann', 'beta'), 'sse')).not.toThrow();
    expect(refusalOf(() => admit(admission, principalOf('ann', 'acme'), 'sse')).code).toBe('connection_limit');
  });

  it('frees a slot exactly once, however often it is released', () => {
    const { admission } = setUp({ maxConnectionsPerUser: 2 });
    const slot = admit(admission, principalOf('ann'), 'sse');
    admit(admission, principalOf('ann'), 'sse');
    slot.release();
    slot.release();
    slot.release();
    expect(admission.held).toBe(1);
    admit(admission, principalOf('ann'), 'sse');
    expect(refusalOf(() => admit(admission, principalOf('ann'), 'sse')).status).toBe(429);
  });

  it('evicts the user’s oldest connection under close-oldest', () => {
    const { admission, evicted } = setUp({ maxConnectionsPerUser: 2, onUserLimit: 'close-oldest' });
    const slots = [1, 2, 3].map(() => admit(admission, principalOf('ann'), 'sse'));
    expect(evicted).toEqual([slots[0]]);
    expect(admission.held).toBe(2);
    slots[0]!.release();
    expect(admission.held).toBe(2);
  });

  it('counts the connections of other servers, for the user and for the tenant', () => {
    const { admission } = setUp({ maxConnectionsPerUser: 3, maxConnectionsPerTenant: 10 });
    const ann = principalOf('ann');
    const held = (user: number, tenant: number) => ({ user, tenant, oldest: null });
    admission.take(ann, 'sse', held(1, 1));
    expect(() => admission.take(ann, 'sse', held(1, 1))).not.toThrow();
    expect(refusalOf(() => admission.take(ann, 'sse', held(1, 1))).details.detail).toMatch(
      /^You have reached your limit of 3/,
    );
    expect(refusalOf(() => admission.take(principalOf('bob'), 'ws', held(0, 8))).details.detail).toMatch(/^The tenant/);
    expect(() => admission.take(principalOf('bob'), 'poll', held(0, 7))).not.toThrow();
    expect([admission.isFull(ann, held(0, 0)), admission.isFull(ann, held(1, 0))]).toEqual([false, true]);
  });

  it('evicts the oldest connection of all servers', () => {
    const { admission, clock, evicted, evictedRemote } = setUp({
      maxConnectionsPerUser: 2,
      onUserLimit: 'close-oldest',
    });
    const ann = principalOf('ann');
    const first = admit(admission, ann, 'sse');
    const since = new Date(clock.now().getTime() + 1);
    clock.advance(10);
    admission.take(ann, 'sse', { user: 1, tenant: 1, oldest: { connectionId: 'younger', since } });
    expect([evicted, evictedRemote]).toEqual([[first], []]);
    admission.take(ann, 'sse', { user: 1, tenant: 1, oldest: { connectionId: 'older', since } });
    expect([evicted, evictedRemote]).toEqual([[first], ['older']]);
  });

  it('admits a burst, then a fixed rate per minute, and returns the wait until the next attempt', () => {
    const { admission, clock } = setUp({ connectsPerMinute: 120, connectBurst: 30 });
    for (let i = 0; i < 30; i++) admit(admission, principalOf('ann'), 'sse').release();
    const refusal = refusalOf(() => admit(admission, principalOf('ann'), 'sse'));
    expect([refusal.status, refusal.code]).toEqual([429, 'rate_limited']);
    expect(refusal.details.retryAfterMs).toBeGreaterThanOrEqual(500);
    expect(() => admit(admission, principalOf('bob'), 'sse')).not.toThrow();
    clock.advance(500);
    expect(() => admit(admission, principalOf('ann'), 'sse')).not.toThrow();
    expect(refusalOf(() => admit(admission, principalOf('ann'), 'sse')).code).toBe('rate_limited');
  });

  it('counts polls separately from streams', () => {
    const { admission } = setUp({ connectsPerMinute: 60, connectBurst: 1, pollsPerMinute: 60 });
    admit(admission, principalOf('ann'), 'sse');
    expect(() => admit(admission, principalOf('ann'), 'poll')).not.toThrow();
    expect(refusalOf(() => admit(admission, principalOf('ann'), 'poll')).code).toBe('rate_limited');
  });

  it('holds no slot after a refusal', () => {
    const { admission } = setUp({ maxConnections: 1 });
    const slot = admit(admission, principalOf('ann'), 'sse');
    for (let i = 0; i < 5; i++) refusalOf(() => admit(admission, principalOf('ann'), 'sse'));
    expect(admission.held).toBe(1);
    slot.release();
    expect(admission.held).toBe(0);
  });
});
