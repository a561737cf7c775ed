import { type Clock, Jitter, type Principal } from '@nest-herald/platform';
import { type RemoteCounts, NO_REMOTE_CONNECTIONS } from '../presence/cluster-slots.js';
import type { Transport } from '../presence/presence.js';
import { SseRefusal } from '../vocabulary/refusal.js';
import type { AdmissionSlot } from './admission-slot.js';
import { TokenBuckets } from './token-buckets.js';

/** Limits; see `HubOptions` for each. 0 = off. */
export interface AdmissionLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerTenant: number;
  readonly maxConnectionsPerUser: number;
  readonly onUserLimit: 'refuse' | 'close-oldest';
  readonly connectsPerMinute: number;
  readonly connectBurst: number;
  readonly pollsPerMinute: number;
}

/** Ends connections for `close-oldest`. */
export interface Evictor {
  /** The connection of this process that holds the slot. */
  evict(slot: AdmissionSlot): void;
  /** A connection of the person on another node. */
  evictRemote(principal: Principal, connectionId: string): void;
}

/** Where slots come from and go back to. */
interface SlotOwner {
  readonly giveBack: (slot: HeldSlot) => void;
  readonly evict: (slot: HeldSlot) => void;
}

/** A slot that may be taken away again. One object without closures of its own: it lives as long as the connection. */
class HeldSlot implements AdmissionSlot {
  #isHeld = true;

  /** @param user key of the person. */
  constructor(
    readonly principal: Principal,
    readonly transport: Transport,
    readonly user: string,
    readonly sinceMs: number,
    private readonly owner: SlotOwner,
  ) {}

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.owner.giveBack(this);
  }

  evict(): void {
    this.owner.evict(this);
    this.release();
  }
}

const RETRY_MIN_MS = 5_000;
const RETRY_MAX_MS = 30_000;

/**
 * Decides who may open a connection, before anything of it is sent: rates first, then places of the process, the tenant,
 * the person. The counts of this process are exact: a slot is taken in the tick of the decision and given back once. What other
 * nodes hold is told by the caller.
 *
 * Rates are of this process alone, on purpose: they protect its CPU, and counting attempts over the cluster would cost a
 * write for each, which is what a storm must not do. What a person may hold does not grow with the nodes, because of the places.
 */
export class Admission {
  readonly #byTenant = new Map<string, number>();
  /** Oldest first. */
  readonly #byUser = new Map<string, HeldSlot[]>();
  readonly #connects: TokenBuckets;
  readonly #polls: TokenBuckets;
  readonly #owner: SlotOwner;
  #total = 0;

  constructor(
    private readonly limits: AdmissionLimits,
    private readonly clock: Clock,
    private readonly jitter: Jitter,
    private readonly evictor: Evictor,
  ) {
    this.#owner = { evict: (slot) => evictor.evict(slot), giveBack: (slot) => this.#giveBack(slot) };
    this.#connects = new TokenBuckets(limits.connectsPerMinute, limits.connectBurst, clock);
    this.#polls = new TokenBuckets(limits.pollsPerMinute, limits.connectBurst, clock);
  }

  /** Admits by the counts of this process alone. @throws SseRefusal 429 `rate_limited` | `connection_limit`, 503 `at_capacity`. */
  admit(principal: Principal, transport: Transport): AdmissionSlot {
    this.countAttempt(principal, transport);
    return this.take(principal, transport, NO_REMOTE_CONNECTIONS);
  }

  /** Once for each request. @throws SseRefusal 429 `rate_limited`. */
  countAttempt(principal: Principal, transport: Transport): void {
    const waitMs = (transport === 'poll' ? this.#polls : this.#connects).take(userKeyOf(principal));
    if (waitMs === 0) return;
    throw new SseRefusal(429, 'rate_limited', {
      detail: 'Too many connection attempts in a short time. Wait before the next one.',
      retryAfterMs: Math.max(Math.ceil(waitMs), 1_000),
    });
  }

  /** Whether person or tenant have no place left. */
  isFull(principal: Principal, elsewhere: RemoteCounts): boolean {
    return this.#isUserFull(principal, elsewhere) || this.#isTenantFull(principal, elsewhere);
  }

  /** Takes a place. @throws SseRefusal 429 `connection_limit`, 503 `at_capacity`. */
  take(principal: Principal, transport: Transport, elsewhere: RemoteCounts): AdmissionSlot {
    const { maxConnections, maxConnectionsPerTenant, maxConnectionsPerUser, onUserLimit } = this.limits;
    if (maxConnections > 0 && this.#total >= maxConnections) {
      throw this.#refuse(503, 'at_capacity', `This node holds its ${maxConnections} connections. Try again later.`);
    }
    const isUserFull = this.#isUserFull(principal, elsewhere);
    if (isUserFull && onUserLimit === 'close-oldest') this.#evictOldest(principal, elsewhere);
    if (this.#isTenantFull(principal, elsewhere)) {
      throw this.#refuse(429, 'connection_limit', `The tenant has its ${maxConnectionsPerTenant} connections open.`);
    }
    if (isUserFull && onUserLimit === 'refuse') {
      throw this.#refuse(
        429,
        'connection_limit',
        `You have your ${maxConnectionsPerUser} connections open. Close one, or share one between tabs.`,
      );
    }
    return this.#take(principal, transport);
  }

  /** Forgets rates that are full again; call it now and then. */
  sweep(): void {
    this.#connects.sweep();
    this.#polls.sweep();
  }

  /** Slots that are held now. */
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
      // Nobody to evict: the places are held by polls elsewhere, which end by themselves.
      own?.evict();
    }
  }

  #take(principal: Principal, transport: Transport): AdmissionSlot {
    const tenant: string = principal.tenantId;
    const user = userKeyOf(principal);
    const slot = new HeldSlot(principal, transport, user, this.clock.now().getTime(), this.#owner);
    this.#total += 1;
    this.#byTenant.set(tenant, (this.#byTenant.get(tenant) ?? 0) + 1);
    const held = this.#byUser.get(user);
    if (held === undefined) this.#byUser.set(user, [slot]);
    else held.push(slot);
    return slot;
  }

  #giveBack(slot: HeldSlot): void {
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
