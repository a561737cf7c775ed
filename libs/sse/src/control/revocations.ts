import type { Clock, Principal, TenantId } from '@nest-herald/platform';
import type { Revocation, RevocationTarget } from '../vocabulary/revocation.js';
import type { RevocationStore } from '../seams/revocation-store.js';
import { TenantRevocations } from './tenant-revocations.js';

/** Greatest age of the copy that a request is checked against, and so the time within which every server applies a revocation. */
const FRESH_MS = 1_000;
/** Revocations of one tenant that are kept in memory; beyond them each check asks the store. */
const MAX_PER_TENANT = 10_000;
const MAX_TENANTS = 10_000;

/** The copy of one tenant's revocations. */
interface Known {
  set: TenantRevocations;
  /** Monotonic time at which the newest completed read began, ms. */
  readAtMs: number;
  /** The tenant has more revocations than memory keeps: memory can still find one, but only the store can rule one out. */
  isPartial: boolean;
  /** Running reads, each with the revocations that the log brought since the read began and that it may not include. */
  readonly reads: Set<Revocation[]>;
  /** Number of the read that {@link set} comes from. */
  readNo: number;
  reading: Promise<void> | null;
  /** For callers that need a read that begins after the running one. */
  next: Promise<void> | null;
}

/**
 * Checks whether a token was revoked. Every request calls it, so it answers from memory: its copy of a tenant is at most one
 * second old, and for tenants with open streams the log adds each revocation in order.
 *
 * It fails closed: when the store does not answer, the check throws.
 */
export class Revocations {
  /** In the order of their last read, oldest first; the last read is at most {@link FRESH_MS} older than the last use. */
  readonly #tenants = new Map<TenantId, Known>();
  #reads = 0;

  /** @param lifeMs time that a revocation is kept. */
  constructor(
    private readonly store: RevocationStore,
    private readonly clock: Clock,
    private readonly lifeMs: number,
  ) {}

  /** Revokes tokens, on this server at once. Resolves when the revocation is stored. */
  async revoke(tenantId: TenantId, target: RevocationTarget): Promise<Revocation> {
    const revocation = await this.store.revoke(tenantId, target, this.lifeMs);
    this.learn(revocation);
    return revocation;
  }

  /** The check of a request. @throws whatever the store throws. */
  async isRevoked(principal: Principal): Promise<boolean> {
    const known = this.#of(principal.tenantId);
    if (this.clock.monotonicMs() - known.readAtMs > FRESH_MS) {
      await (known.reading ?? this.#read(principal.tenantId, known));
    }
    if (known.set.covers(principal)) return true;
    return known.isPartial && this.store.covers(principal);
  }

  /** Resolves when the copy includes everything that was stored before this call. @throws whatever the store throws. */
  async refresh(tenantId: TenantId): Promise<void> {
    const known = this.#of(tenantId);
    if (known.reading === null) return this.#read(tenantId, known);
    const again = (): Promise<void> => {
      known.next = null;
      return this.#read(tenantId, known);
    };
    // All callers that wait for the running read share the next one, whether the running one succeeds or fails.
    known.next ??= known.reading.then(again, again);
    return known.next;
  }

  /** The copy as it is now. It is complete after {@link refresh} for a hub that adds each new revocation. */
  isKnown(principal: Principal): boolean {
    return this.#tenants.get(principal.tenantId)?.set.covers(principal) === true;
  }

  /** Adds a stored revocation that was read from the log. */
  learn(revocation: Revocation): void {
    const known = this.#of(revocation.tenantId);
    for (const learned of known.reads) learned.push(revocation);
    known.set.add(revocation);
    if (known.set.size > MAX_PER_TENANT) known.readAtMs = -Infinity;
  }

  #of(tenantId: TenantId): Known {
    let known = this.#tenants.get(tenantId);
    if (known !== undefined) return known;
    for (const oldest of this.#tenants.keys()) {
      if (this.#tenants.size < MAX_TENANTS) break;
      this.#tenants.delete(oldest);
    }
    known = {
      set: new TenantRevocations(),
      readAtMs: -Infinity,
      isPartial: false,
      reads: new Set(),
      readNo: 0,
      reading: null,
      next: null,
    };
    this.#tenants.set(tenantId, known);
    return known;
  }

  #read(tenantId: TenantId, known: Known): Promise<void> {
    this.#tenants.delete(tenantId);
    this.#tenants.set(tenantId, known);
    const reading = this.#replace(tenantId, known).finally(() => {
      if (known.reading === reading) known.reading = null;
    });
    known.reading = reading;
    return reading;
  }

  async #replace(tenantId: TenantId, known: Known): Promise<void> {
    const readNo = (this.#reads += 1);
    const beganAtMs = this.clock.monotonicMs();
    const learned: Revocation[] = [];
    known.reads.add(learned);
    try {
      const active = await this.store.active(tenantId, MAX_PER_TENANT + 1);
      if (readNo < known.readNo) return;
      const set = new TenantRevocations();
      for (const revocation of [...active, ...learned]) set.add(revocation);
      known.set = set;
      known.readNo = readNo;
      known.isPartial = active.length > MAX_PER_TENANT;
      known.readAtMs = beganAtMs;
    } finally {
      known.reads.delete(learned);
    }
  }
}
