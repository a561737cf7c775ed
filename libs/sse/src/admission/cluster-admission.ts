import {
  type ClusterSlots,
  type RemoteCounts,
  type SlotRequest,
  NO_REMOTE_CONNECTIONS,
  type NeededCounts,
} from '../presence/cluster-slots.js';
import type { Transport } from '../presence/presence.js';
import type { Principal } from '@nest-herald/platform';
import type { Admission, AdmissionLimits } from './admission.js';
import type { AdmissionSlot } from './admission-slot.js';

/** Requests that may wait for their second look; the next ones get the first answer. */
const MAX_LOOKING_AGAIN = 1_000;

/** What a {@link ClusterAdmission} is made of. */
export interface ClusterAdmissionDeps {
  readonly admission: Admission;
  /** Absent: this process is the whole cluster. */
  readonly clusterSlots: ClusterSlots | undefined;
  readonly limits: AdmissionLimits;
  readonly warn: (message: string) => void;
}

/**
 * Admission over all nodes (P100): what the other nodes hold of tenant and person is added to the counts of this process. While
 * there is no other node, or no such limit, nothing is asked and the answer comes in the same tick.
 *
 * Who would be refused, or evict somebody, only because of other nodes is looked at again when those have written what they closed
 * meanwhile: a reconnect through a balancer closes there what it opens here.
 *
 * When the question fails, the process's own count decides, so that a database that is slow cannot lock people out; that is
 * counted, and logged once until a question is answered again.
 */
export class ClusterAdmission {
  readonly #wanted: NeededCounts;
  #unshared = 0;
  #isWarned = false;
  #lookingAgain = 0;

  constructor(private readonly deps: ClusterAdmissionDeps) {
    const { maxConnectionsPerTenant, maxConnectionsPerUser } = deps.limits;
    this.#wanted = { tenant: maxConnectionsPerTenant > 0, user: maxConnectionsPerUser > 0 };
  }

  /** Decisions so far that were taken by the count of this process because the others' could not be told. */
  get localDecisions(): number {
    return this.#unshared;
  }

  /**
   * A promise only where somebody is asked.
   * @param device as presence shows it.
   * @throws SseRefusal 429 `rate_limited` | `connection_limit`, 503 `at_capacity`.
   */
  admit(principal: Principal, transport: Transport, device: string): AdmissionSlot | Promise<AdmissionSlot> {
    const { admission, clusterSlots } = this.deps;
    admission.countAttempt(principal, transport);
    if (clusterSlots === undefined || clusterSlots.isAlone || !(this.#wanted.tenant || this.#wanted.user)) {
      return admission.take(principal, transport, NO_REMOTE_CONNECTIONS);
    }
    return this.#admitBesideOthers(clusterSlots, principal, transport, device);
  }

  async #admitBesideOthers(
    places: ClusterSlots,
    principal: Principal,
    transport: Transport,
    device: string,
  ): Promise<AdmissionSlot> {
    const { admission, limits } = this.deps;
    const isFullHere = admission.isFull(principal, NO_REMOTE_CONNECTIONS);
    // Nothing that others tell could change a refusal.
    if (isFullHere && limits.onUserLimit === 'refuse')
      return admission.take(principal, transport, NO_REMOTE_CONNECTIONS);
    const newcomer = { tenantId: principal.tenantId, userId: principal.userId, device };
    let elsewhere = await this.#ask(places, newcomer);
    if (!isFullHere && admission.isFull(principal, elsewhere) && this.#lookingAgain < MAX_LOOKING_AGAIN) {
      elsewhere = await this.#askAgain(places, newcomer);
    }
    return admission.take(principal, transport, elsewhere);
  }

  async #askAgain(places: ClusterSlots, newcomer: SlotRequest): Promise<RemoteCounts> {
    this.#lookingAgain += 1;
    try {
      await pause(places.lagMs);
      return await this.#ask(places, newcomer);
    } finally {
      this.#lookingAgain -= 1;
    }
  }

  async #ask(places: ClusterSlots, newcomer: SlotRequest): Promise<RemoteCounts> {
    try {
      const elsewhere = await places.remoteCounts(newcomer, this.#wanted);
      this.#isWarned = false;
      return elsewhere;
    } catch (error) {
      this.#unshared += 1;
      if (!this.#isWarned) {
        this.#isWarned = true;
        this.deps.warn(`Limits count this process alone until the others' counts are told again: ${String(error)}`);
      }
      return NO_REMOTE_CONNECTIONS;
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
