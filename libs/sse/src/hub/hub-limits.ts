import type { Jitter, Principal } from '@nest-herald/platform';
import { Admission } from '../admission/admission.js';
import type { AdmissionSlot } from '../admission/admission-slot.js';
import { ClusterAdmission } from '../admission/cluster-admission.js';
import type { Connection } from '../connection/connection.js';
import type { TenantUser } from '../presence/cluster-slots.js';
import type { Transport } from '../presence/presence.js';
import type { HubConnections } from './hub-connections.js';
import type { HubDeps } from './hub-deps.js';
import { UserLimitEnforcer } from '../admission/user-limit-enforcer.js';
import { Listeners } from './listeners.js';

/** Another node may have been there this long before it was noticed. */
const UNNOTICED_MS = 15_000;

/** A stream of this or another node that is to be ended, because its holder has more than the limit. */
export interface OverLimitStream extends TenantUser {
  readonly connectionId: string;
}

/** Who may hold a connection: admission before it opens, over all nodes, and a look behind it at what they admitted at once. */
export class HubLimits {
  readonly #admission: Admission;
  readonly #cluster: ClusterAdmission;
  readonly #keeper: UserLimitEnforcer | null;
  readonly #onSurplus: Listeners<OverLimitStream>;

  constructor(
    private readonly deps: HubDeps,
    jitter: Jitter,
    private readonly connections: HubConnections,
    warn: (what: string, error: unknown) => void,
  ) {
    const { options, clock, presence, logger } = deps;
    const { clusterSlots } = presence;
    this.#onSurplus = new Listeners((error) => warn('a listener for limits', error));
    this.#admission = new Admission(options, clock, jitter, {
      evict: (slot) => connections.evict(slot),
      evictRemote: ({ tenantId, userId }, connectionId) => this.#end({ tenantId, userId }, connectionId),
    });
    this.#cluster = new ClusterAdmission({
      admission: this.#admission,
      clusterSlots,
      limits: options,
      warn: (message) => logger?.warn(message),
    });
    const closeStream = (person: TenantUser, connectionId: string): void => this.#end(person, connectionId);
    this.#keeper =
      clusterSlots === undefined ? null : new UserLimitEnforcer({ clusterSlots, limits: options, closeStream, warn });
    clusterSlots?.onServerJoined(() => this.#checkNewest());
  }

  /** See `ClusterAdmission.unshared`. */
  get localDecisions(): number {
    return this.#cluster.localDecisions;
  }

  /** @throws SseRefusal as {@link ClusterAdmission.admit}. */
  admit(principal: Principal, transport: Transport, device: string): AdmissionSlot | Promise<AdmissionSlot> {
    return this.#cluster.admit(principal, transport, device);
  }

  opened(connection: Connection): void {
    if (connection.transport !== 'poll') this.#keeper?.opened(connection);
  }

  /** Calls back for each stream of another node that is to be ended. @returns a function that ends it. */
  onOverLimit(listener: (stream: OverLimitStream) => void): () => void {
    return this.#onSurplus.add(listener);
  }

  /** Forgets rates that are full again; call it now and then. */
  sweep(): void {
    this.#admission.sweep();
  }

  stop(): void {
    this.#keeper?.stop();
  }

  /** Nobody was asked about those who came while another node was there and not noticed. */
  #checkNewest(): void {
    const sinceMs = this.deps.clock.now().getTime() - UNNOTICED_MS;
    for (const connection of this.connections.all()) {
      if (connection.transport !== 'poll' && connection.since.getTime() >= sinceMs) this.#keeper?.check(connection);
    }
  }

  #end(person: TenantUser, connectionId: string): void {
    const own = this.connections.find(connectionId);
    if (own !== undefined) own.close('limit');
    else if (!connectionId.startsWith(`${this.deps.nodeId}.`)) this.#onSurplus.call({ ...person, connectionId });
  }
}
