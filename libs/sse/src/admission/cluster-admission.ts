import {
  type ClusterSlots,
  type NeededCounts,
  NO_REMOTE_CONNECTIONS,
  type RemoteCounts,
  type SlotRequest,
} from '../presence/cluster-slots.js';
import type { Transport } from '../presence/presence.js';
import type { Principal } from '@nest-herald/platform';
import type { Admission, AdmissionLimits } from './admission.js';
import type { AdmissionSlot } from './admission-slot.js';

/** The most requests that wait for a recheck. Further ones are decided by the first answer. */
const MAX_RECHECKS = 1_000;

/** The dependencies of a {@link ClusterAdmission}. */
export interface ClusterAdmissionDeps {
  readonly admission: Admission;
  /** Absent: this process is the whole cluster. */
  readonly clusterSlots: ClusterSlots | undefined;
  readonly limits: AdmissionLimits;
  readonly warn: (message: string) => void;
}

/**
 * Admission over all servers (P100): it adds the tenant's and user's connections on other servers to the counts of this
 * process. While there is no other server, or no such limit, it reads nothing and answers in the same tick.
 *
 * A request that would be refused, or would evict a connection, only because of other servers is checked again after those
 * have written what they closed. A reconnect through a balancer closes there what it opens here.
 *
 * When reading the remote counts fails, the counts of this process decide, so that a slow database locks no user out. Such
 * decisions are counted, and one warning is logged until a read succeeds again.
 */
export class ClusterAdmission {
  readonly #needed: NeededCounts;
  #localDecisions = 0;
  #hasWarned = false;
  #rechecks = 0;

  constructor(private readonly deps: ClusterAdmissionDeps) {
    const { maxConnectionsPerTenant, maxConnectionsPerUser } = deps.limits;
    this.#needed = { tenant: maxConnectionsPerTenant > 0, user: maxConnectionsPerUser > 0 };
  }

  /** Number of decisions by the counts of this process only, because the remote counts could not be read. */
  get localDecisions(): number {
    return this.#localDecisions;
  }

  /**
   * Admits a connection. It returns a promise only when it must read the remote counts.
   * @param device the device as presence shows it.
   * @throws SseRefusal 429 `rate_limited` | `connection_limit`, 503 `at_capacity`.
   */
  admit(principal: Principal, transport: Transport, device: string): AdmissionSlot | Promise<AdmissionSlot> {
    const { admission, clusterSlots } = this.deps;
    admission.countAttempt(principal, transport);
    if (clusterSlots === undefined || clusterSlots.isAlone || !(this.#needed.tenant || this.#needed.user)) {
      return admission.take(principal, transport, NO_REMOTE_CONNECTIONS);
    }
    return this.#admitAcrossServers(clusterSlots, principal, transport, device);
  }

  async #admitAcrossServers(
    clusterSlots: ClusterSlots,
    principal: Principal,
    transport: Transport,
    device: string,
  ): Promise<AdmissionSlot> {
    const { admission, limits } = this.deps;
    const isFullHere = admission.isFull(principal, NO_REMOTE_CONNECTIONS);
    // The remote counts could not turn this refusal into an admission.
    if (isFullHere && limits.onUserLimit === 'refuse') {
      return admission.take(principal, transport, NO_REMOTE_CONNECTIONS);
    }
    const request = { tenantId: principal.tenantId, userId: principal.userId, device };
    let remote = await this.#readCounts(clusterSlots, request);
    if (!isFullHere && admission.isFull(principal, remote) && this.#rechecks < MAX_RECHECKS) {
      remote = await this.#recheck(clusterSlots, request);
    }
    return admission.take(principal, transport, remote);
  }

  async #recheck(clusterSlots: ClusterSlots, request: SlotRequest): Promise<RemoteCounts> {
    this.#rechecks += 1;
    try {
      await pause(clusterSlots.lagMs);
      return await this.#readCounts(clusterSlots, request);
    } finally {
      this.#rechecks -= 1;
    }
  }

  async #readCounts(clusterSlots: ClusterSlots, request: SlotRequest): Promise<RemoteCounts> {
    try {
      const remote = await clusterSlots.remoteCounts(request, this.#needed);
      this.#hasWarned = false;
      return remote;
    } catch (error) {
      this.#localDecisions += 1;
      if (!this.#hasWarned) {
        this.#hasWarned = true;
        this.deps.warn(
          `The connection counts of the other servers cannot be read. Limits apply per server until they can: ${String(error)}`,
        );
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
