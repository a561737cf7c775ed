import type { Clock, Principal } from '@nest-herald/platform';
import { Jitter } from '../time/jitter.js';
import type { RemoteCounts } from '../presence/cluster-slots.js';
import type { Transport } from '../presence/presence.js';
import { SseRefusal } from '../vocabulary/refusal.js';
import type { AdmissionSlot } from './admission-slot.js';
import { TokenBuckets } from './token-buckets.js';

/** The limits of admission; `HubOptions` documents each. 0 = off. */
export interface AdmissionLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerTenant: number;
  readonly maxConnectionsPerUser: number;
  readonly onUserLimit: 'refuse' | 'close-oldest';
  readonly connectsPerMinute: number;
  readonly connectBurst: number;
  readonly pollsPerMinute: number;
}

/** Closes connections for `close-oldest`. */
export interface Evictor {
  /** Closes the connection of this process that holds the slot. */
  evict(slot: AdmissionSlot): void;
  /** Closes a connection of the user on another server. */
  evictRemote(principal: Principal, connectionId: string): void;
}

/** What a slot calls on its {@link Admission}. */
interface SlotCallbacks {
  readonly release: (slot: HeldSlot) => void;
  readonly evict: (slot: HeldSlot) => void;
}

/** A slot that can be evicted. It has no closures of its own, because it lives as long as the connection. */
class HeldSlot implements AdmissionSlot {
  #isHeld = true;

  constructor(
    readonly principal: Principal,
    readonly transport: Transport,
    readonly user: string,
    readonly sinceMs: number,
    private readonly callbacks: SlotCallbacks,
  ) {}

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.callbacks.release(this);
  }

  evict(): void {
    this.callbacks.evict(this);
    this.release();
  }
}

const RETRY_MIN_MS = 5_000;
const RETRY_MAX_MS = 30_000;

/**
 * Decides whether a connection may open, before anything of it is sent. It checks the rates first, then the slots of the
 * process, the tenant and the user. The counts of this process are exact, because a slot is taken in the tick of the decision
 * and released once. The caller passes the counts of the other servers.
 *
 * Rates are counted per process on purpose. They protect its CPU, and counting attempts over the cluster would cost a write
 * each, which a reconnect storm must not cause. The slots still limit each user over the whole cluster.
 */
export class Admission {
  readonly #byTenant = new Map<string, number>();
  /** Oldest first. */
  readonly #byUser = new Map<string, HeldSlot[]>();
  readonly #connects: TokenBuckets;
  readonly #polls: TokenBuckets;
  readonly #callbacks: SlotCallbacks;
  #total = 0;

  constructor(
    private readonly limits: AdmissionLimits,
    private readonly clock: Clock,
    private readonly jitter: Jitter,
    private readonly evictor: Evictor,
  ) {
    this.#callbacks = { evict: (slot) => evictor.evict(slot), release: (slot) => this.#release(slot) };
    this.#connects = new TokenBuckets(limits.connectsPerMinute, limits.connectBurst, clock);
    this.#polls = new TokenBuckets(limits.pollsPerMinute, limits.connectBurst, clock);
  }

  /** Counts one connection attempt. Call it once per request. @throws SseRefusal 429 `rate_limited`. */
  countAttempt(principal: Principal, transport: Transport): void {
    const waitMs = (transport === 'poll' ? this.#polls : this.#connects).take(userKeyOf(principal));
    if (waitMs === 0) return;
    throw new SseRefusal(429, 'rate_limited', {
      detail: 'Too many connection attempts in a short time. Wait, then retry.',
      retryAfterMs: Math.max(Math.ceil(waitMs), 1_000),
    });
  }

  /** Whether the user or the tenant has no slot left. */
  isFull(principal: Principal, elsewhere: RemoteCounts): boolean {
    return this.#isUserFull(principal, elsewhere) || this.#isTenantFull(principal, elsewhere);
  }

  /** Takes a slot. @throws SseRefusal 429 `connection_limit`, 503 `at_capacity`. */
  take(principal: Principal, transport: Transport, elsewhere: RemoteCounts): AdmissionSlot {
    const { maxConnections, maxConnectionsPerTenant, maxConnectionsPerUser, onUserLimit } = this.limits;
    if (maxConnections > 0 && this.#total >= maxConnections) {
      throw this.#refuse(
        503,
        'at_capacity',
        `This server has reached its limit of ${maxConnections} connections. Retry later.`,
      );
    }
    const isUserFull = this.#isUserFull(principal, elsewhere);
    if (isUserFull && onUserLimit === 'close-oldest') this.#evictOldest(principal, elsewhere);
    if (this.#isTenantFull(principal, elsewhere)) {
      throw this.#refuse(
        429,
        'connection_limit',
        `The tenant has reached its limit of ${maxConnectionsPerTenant} connections. Retry later.`,
      );
    }
    if (isUserFull && onUserLimit === 'refuse') {
      throw this.#refuse(
        429,
        'connection_limit',
        `You have reached your limit of ${maxConnectionsPerUser} connections. Close one, or share one between tabs.`,
      );
    }
    return this.#take(principal, transport);
  }

  /** Drops the token buckets that are full again. Call it periodically. */
  sweep(): void {
    this.#connects.sweep();
    this.#polls.sweep();
  }

  /** Number of slots held now. */
  get held(): number {
    return this.#total;
  }

  #isUserFull(principal: Principal, { user }: RemoteCounts): boolean {
    const { maxConnectionsPerUser } = this.limits;
    if (maxConnectionsPerUser === 0) return false;
    return (this.#byUser.get(userKeyOf(principal))?.length ?? 0) + user >= maxConnectionsPerUser;
  }

  #isTenantFull({ tenantId }: Principal, { tenant }: RemoteCounts): boolean {
    const { maxConnectionsPerTenant } = this.limits;
    return maxConnectionsPerTenant > 0 && (this.#byTenant.get(tenantId) ?? 0) + tenant >= maxConnectionsPerTenant;
  }

  #evictOldest(principal: Principal, { oldest }: RemoteCounts): void {
    const own = this.#byUser.get(userKeyOf(principal))?.[0];
    if (oldest !== null && (own === undefined || oldest.since.getTime() < own.sinceMs)) {
      this.evictor.evictRemote(principal, oldest.connectionId);
    } else {
      // Without an own slot there is nothing to evict: polls on other servers hold the slots, and they end by themselves.
      own?.evict();
    }
  }

  #take(principal: Principal, transport: Transport): AdmissionSlot {
    const tenant: string = principal.tenantId;
    const user = userKeyOf(principal);
    const slot = new HeldSlot(principal, transport, user, this.clock.now().getTime(), this.#callbacks);
    this.#total += 1;
    this.#byTenant.set(tenant, (this.#byTenant.get(tenant) ?? 0) + 1);
    const held = this.#byUser.get(user);
    if (held === undefined) this.#byUser.set(user, [slot]);
    else held.push(slot);
    return slot;
  }

  #release(slot: HeldSlot): void {
    const { user } = slot;
    const tenant: string = slot.principal.tenantId;
    this.#total -= 1;
    const left = (this.#byTenant.get(tenant) ?? 1) - 1;
    if (left === 0) this.#byTenant.delete(tenant);
    else this.#byTenant.set(tenant, left);
    const held = this.#byUser.get(user);
    if (held === undefined) return;
    const index = held.indexOf(slot);
    if (index !== -1) held.splice(index, 1);
    if (held.length === 0) this.#byUser.delete(user);
  }

  #refuse(status: 429 | 503, code: 'at_capacity' | 'connection_limit', detail: string): SseRefusal {
    return new SseRefusal(status, code, { detail, retryAfterMs: this.jitter.between(RETRY_MIN_MS, RETRY_MAX_MS) });
  }
}

function userKeyOf({ tenantId, userId }: Principal): string {
  return `${tenantId} ${userId}`;
}
