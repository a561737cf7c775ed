import type { Clock, Principal, TenantId } from '@nest-herald/platform';
import type { Revocation, RevocationTarget } from '../vocabulary/revocation.js';
import type { RevocationStore } from '../seams/revocation-store.js';
import { TenantRevocations } from './tenant-revocations.js';

/** What a request may know of the store at its oldest: the bound within which a revocation counts on every node. */
const FRESH_MS = 1_000;
/** Revocations of one tenant that are kept in memory; beyond them each check asks the store. */
const MAX_PER_TENANT = 10_000;
const MAX_TENANTS = 10_000;

/** What this process knows of one tenant. */
interface Known {
  set: TenantRevocations;
  /** Monotonic ms at which the newest finished read began. */
  readAtMs: number;
  /** More than memory keeps: memory can still say yes, only the store can say no. */
  isPartial: boolean;
  /** Reads under way, each with what the log told since it began and it may not have seen. */
  readonly reads: Set<Revocation[]>;
  /** Number of the read that {@link set} comes from. */
  readNo: number;
  reading: Promise<void> | null;
  /** For those who came when a read was under way and need one that begins later. */
  next: Promise<void> | null;
}

/**
 * Says whether a token was revoked. Asked at every request, so it answers from memory: what it knows of a tenant is at most
 * one second old, and for tenants with open streams the log tells it of each revocation in order.
 *
 * It fails closed: when the store does not answer, neither does it.
 */
export class Revocations {
  /** In the order of their last read, which is at most {@link FRESH_MS} behind their last use; oldest first. */
  readonly #tenants = new Map<TenantId, Known>();
  #reads = 0;

  /** @param lifeMs how long a revocation is kept. */
  constructor(
    private readonly store: RevocationStore,
    private readonly clock: Clock,
    private readonly lifeMs: number,
  ) {}

  /** Ends tokens, on this node at once. Resolves when it is stored. */
  async revoke(tenantId: TenantId, target: RevocationTarget): Promise<Revocation> {
    const revocation = await this.store.revoke(tenantId, target, this.lifeMs);
    this.learn(revocation);
    return revocation;
  }

  /** For requests. @throws whatever the store throws. */
  async isRevoked(principal: Principal): Promise<boolean> {
    const known = this.#of(principal.tenantId);
    if (this.clock.monotonicMs() - known.readAtMs > FRESH_MS) {
      await (known.reading ?? this.#read(principal.tenantId, known));
    }
    if (known.set.covers(principal)) return true;
    return known.isPartial && this.store.covers(principal);
  }

  /** Resolves when everything is known that was stored before this call. @throws whatever the store throws. */
  async refresh(tenantId: TenantId): Promise<void> {
    const known = this.#of(tenantId);
    if (known.reading === null) return this.#read(tenantId, known);
    const again = (): Promise<void> => {
      known.next = null;
      return this.#read(tenantId, known);
    };
    // One more read is enough for all who wait for the one under way, whatever becomes of that.
    known.next ??= known.reading.then(again, again);
    return known.next;
  }

  /** What memory knows now: behind {@link refresh}, and for a hub that is told of each new one, this is everything. */
  isKnown(principal: Principal): boolean {
    return this.#tenants.get(principal.tenantId)?.set.covers(principal) === true;
  }

  /** A revocation that was stored, as the log tells it. */
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
    const no = (this.#reads += 1);
    const beganAtMs = this.clock.monotonicMs();
    const learned: Revocation[] = [];
    known.reads.add(learned);
    try {
      const active = await this.store.active(tenantId, MAX_PER_TENANT + 1);
      if (no < known.readNo) return;
      const set = new TenantRevocations();
      for (const revocation of [...active, ...learned]) set.add(revocation);
      known.set = set;
      known.readNo = no;
      known.isPartial = active.length > MAX_PER_TENANT;
      known.readAtMs = beganAtMs;
    } finally {
      known.reads.delete(learned);
    }
  }
}
