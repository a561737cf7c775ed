import type { Clock } from '../clock.js';
import type { Transport } from '../presence/presence.js';
import type { Principal } from '../principal.js';
import { SseRefusal } from '../refusal.js';
import type { AdmissionSlot } from './admission-slot.js';
import type { Jitter } from './jitter.js';
import { TokenBuckets } from './token-buckets.js';

/** Limits of one process; see `HubOptions` for each. 0 = off. */
export interface AdmissionLimits {
  readonly maxConnections: number;
  readonly maxConnectionsPerTenant: number;
  readonly maxConnectionsPerUser: number;
  readonly onUserLimit: 'refuse' | 'close-oldest';
  readonly connectsPerMinute: number;
  readonly connectBurst: number;
  readonly pollsPerMinute: number;
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
 * the person. Counts are exact: a slot is taken in the tick of the decision and given back once.
 */
export class Admission {
  readonly #byTenant = new Map<string, number>();
  /** Oldest first. */
  readonly #byUser = new Map<string, HeldSlot[]>();
  readonly #connects: TokenBuckets;
  readonly #polls: TokenBuckets;
  readonly #owner: SlotOwner;
  #total = 0;

  /** @param evict ends the connection that holds the slot, for `close-oldest`. */
  constructor(
    private readonly limits: AdmissionLimits,
    clock: Clock,
    private readonly jitter: Jitter,
    evict: (slot: AdmissionSlot) => void,
  ) {
    this.#owner = { evict, giveBack: (slot) => this.#giveBack(slot) };
    this.#connects = new TokenBuckets(limits.connectsPerMinute, limits.connectBurst, clock);
    this.#polls = new TokenBuckets(limits.pollsPerMinute, limits.connectBurst, clock);
  }

  /** @throws SseRefusal 429 `rate_limited` | `connection_limit`, 503 `at_capacity`. */
  admit(principal: Principal, transport: Transport): AdmissionSlot {
    const tenant: string = principal.tenantId;
    const user = `${principal.tenantId} ${principal.userId}`;
    this.#checkRate(user, transport);
    const { maxConnections, maxConnectionsPerTenant, maxConnectionsPerUser, onUserLimit } = this.limits;
    if (maxConnections > 0 && this.#total >= maxConnections) {
      throw this.#refuse(503, 'at_capacity', `This node holds its ${maxConnections} connections. Try again later.`);
    }
    const held = this.#byUser.get(user) ?? [];
    const isUserFull = maxConnectionsPerUser > 0 && held.length >= maxConnectionsPerUser;
    if (isUserFull && onUserLimit === 'close-oldest') held[0]!.evict();
    if (maxConnectionsPerTenant > 0 && (this.#byTenant.get(tenant) ?? 0) >= maxConnectionsPerTenant) {
      throw this.#refuse(429, 'connection_limit', `The tenant has its ${maxConnectionsPerTenant} connections open.`);
    }
    if (isUserFull && onUserLimit === 'refuse') {
      throw this.#refuse(
        429,
        'connection_limit',
        `You have your ${maxConnectionsPerUser} connections open. Close one, or share one between tabs.`,
      );
    }
    return this.#take(principal, transport, tenant, user);
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

  #checkRate(user: string, transport: Transport): void {
    const waitMs = (transport === 'poll' ? this.#polls : this.#connects).take(user);
    if (waitMs === 0) return;
    throw new SseRefusal(429, 'rate_limited', {
      detail: 'Too many connection attempts in a short time. Wait before the next one.',
      retryAfterMs: Math.max(Math.ceil(waitMs), 1_000),
    });
  }

  #take(principal: Principal, transport: Transport, tenant: string, user: string): AdmissionSlot {
    const slot = new HeldSlot(principal, transport, user, this.#owner);
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
