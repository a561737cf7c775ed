import { describe, expect, it } from '@jest/globals';
import { asTenantId, asUserId, type Principal, type TenantId } from '@nest-herald/platform';
import { type Revocation, revokes, type RevocationTarget } from '../vocabulary/revocation.js';
import type { RevocationStore } from '../seams/revocation-store.js';
import { ManualClock } from '../testing/manual-clock.js';
import { Revocations } from './revocations.js';

const acme = asTenantId('acme');
const DAY_MS = 86_400_000;

/** A store whose reads complete when the test opens a gate. */
class SlowStore implements RevocationStore {
  readonly stored: Revocation[] = [];
  reads = 0;
  coverings = 0;
  /** Reads wait here after they have read. */
  gate: Promise<void> | null = null;
  failure: Error | null = null;

  constructor(private readonly clock: ManualClock) {}

  revoke(tenantId: TenantId, target: RevocationTarget): Promise<Revocation> {
    const notBefore = this.clock.now();
    const revocation = { tenantId, target, notBefore, expiresAt: new Date(notBefore.getTime() + DAY_MS) };
    this.stored.unshift(revocation);
    return Promise.resolve(revocation);
  }

  async active(tenantId: TenantId, limit: number): Promise<readonly Revocation[]> {
    this.reads += 1;
    const seen = this.stored.filter((revocation) => revocation.tenantId === tenantId).slice(0, limit);
    await this.gate;
    if (this.failure !== null) throw this.failure;
    return seen;
  }

  covers(principal: Principal): Promise<boolean> {
    this.coverings += 1;
    return Promise.resolve(this.stored.some((revocation) => revokes(revocation, principal)));
  }
}

function setUp(): { clock: ManualClock; store: SlowStore; revocations: Revocations; principal: Principal } {
  const clock = new ManualClock();
  const store = new SlowStore(clock);
  const principal: Principal = {
    tenantId: acme,
    userId: asUserId('ann'),
    roles: [],
    permissions: [],
    topics: [],
    issuedAt: clock.now(),
    expiresAt: new Date(clock.now().getTime() + DAY_MS),
    sessionId: 's-1',
  };
  return { clock, store, revocations: new Revocations(store, clock, DAY_MS), principal };
}

describe('Revocations', () => {
  it('reads the store at most once a second, however many requests check', async () => {
    const { clock, store, revocations, principal } = setUp();
    await Promise.all(Array.from({ length: 50 }, () => revocations.isRevoked(principal)));
    clock.advance(900);
    await revocations.isRevoked(principal);
    expect(store.reads).toBe(1);
    clock.advance(101);
    await store.revoke(acme, { sessionId: 's-1' });
    expect(await revocations.isRevoked(principal)).toBe(true);
    expect(store.reads).toBe(2);
  });

  it('fails closed: without the store every check throws', async () => {
    const { store, revocations, principal } = setUp();
    store.failure = new Error('away');
    await expect(revocations.isRevoked(principal)).rejects.toThrow('away');
    store.failure = null;
    expect(await revocations.isRevoked(principal)).toBe(false);
  });

  it('keeps a revocation that the log brought during a read that does not include it', async () => {
    const { store, revocations, principal } = setUp();
    let open: () => void = () => undefined;
    store.gate = new Promise((resolve) => (open = resolve));
    const reading = revocations.isRevoked(principal);
    revocations.learn(await store.revoke(acme, { sessionId: 's-1' }));
    open();
    expect(await reading).toBe(true);
    expect(revocations.isKnown(principal)).toBe(true);
  });

  it('refreshes by a read that begins after the call, not by a running one', async () => {
    const { store, revocations, principal } = setUp();
    let open: () => void = () => undefined;
    store.gate = new Promise((resolve) => (open = resolve));
    const early = revocations.refresh(acme);
    await store.revoke(acme, { sessionId: 's-1' });
    const late = Array.from({ length: 5 }, () => revocations.refresh(acme));
    open();
    await early;
    expect(revocations.isKnown(principal)).toBe(false);
    await Promise.all(late);
    expect(revocations.isKnown(principal)).toBe(true);
    expect(store.reads).toBe(2);
  });

  it('asks the store about each token when a tenant has more revocations than memory keeps', async () => {
    const { store, revocations, principal } = setUp();
    await store.revoke(acme, { sessionId: 's-1' });
    for (let n = 0; n <= 10_000; n++) await store.revoke(acme, { tokenId: `t-${n}` });
    expect(await revocations.isRevoked(principal)).toBe(true);
    expect(await revocations.isRevoked({ ...principal, sessionId: 's-2' })).toBe(false);
    expect(store.coverings).toBe(2);
  });

  it('applies the newest revocation of a person, in whatever order they arrive', async () => {
    const { clock, store, revocations, principal } = setUp();
    const target = { userId: asUserId('ann') };
    const older = await store.revoke(acme, target);
    clock.advance(5_000);
    const newer = await store.revoke(acme, target);
    for (const revocation of [newer, older]) revocations.learn(revocation);
    const between = { ...principal, issuedAt: new Date(clock.now().getTime() - 1_000) };
    expect(revocations.isKnown(between)).toBe(true);
    expect(revocations.isKnown({ ...principal, issuedAt: new Date(clock.now().getTime() + 1) })).toBe(false);
  });

  it('applies a revocation to its own tenant only', async () => {
    const { store, revocations, principal } = setUp();
    revocations.learn(await store.revoke(asTenantId('beta'), { sessionId: 's-1' }));
    expect(await revocations.isRevoked(principal)).toBe(false);
  });
});
