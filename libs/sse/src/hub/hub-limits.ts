import type { Principal } from '@nest-herald/platform';
import type { Jitter } from '../time/jitter.js';
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

/** The longest time for which another server can be present before this one notices it. */
const UNNOTICED_MS = 15_000;

/** A stream to close on another server, because its user is over the limit. */
export interface OverLimitStream extends TenantUser {
  readonly connectionId: string;
}

/** The limits of a hub: cluster-wide admission before a connection opens, and enforcement of the user limit afterwards. */
export class HubLimits {
  readonly #admission: Admission;
  readonly #cluster: ClusterAdmission;
  readonly #enforcer: UserLimitEnforcer | null;
  readonly #onOverLimit: Listeners<OverLimitStream>;

  constructor(
    private readonly deps: HubDeps,
    jitter: Jitter,
    private readonly connections: HubConnections,
    warn: (what: string, error: unknown) => void,
  ) {
    const { options, clock, presence, logger } = deps;
    const { clusterSlots } = presence;
    this.#onOverLimit = new Listeners((error) => warn('a listener for limits', error));
    this.#admission = new Admission(options, clock, jitter, {
      evict: (slot) => connections.evict(slot),
      evictRemote: ({ tenantId, userId }, connectionId) => this.#closeStream({ tenantId, userId }, connectionId),
    });
    this.#cluster = new ClusterAdmission({
      admission: this.#admission,
      clusterSlots,
      limits: options,
      warn: (message) => logger?.warn(message),
    });
    const closeStream = (person: TenantUser, connectionId: string): void => this.#closeStream(person, connectionId);
    this.#enforcer =
      clusterSlots === undefined ? null : new UserLimitEnforcer({ clusterSlots, limits: options, closeStream, warn });
    clusterSlots?.onServerJoined(() => this.#checkNewest());
  }

  /** See {@link ClusterAdmission.localDecisions}. */
  get localDecisions(): number {
    return this.#cluster.localDecisions;
  }

  /** @throws SseRefusal as {@link ClusterAdmission.admit}. */
  admit(principal: Principal, transport: Transport, device: string): AdmissionSlot | Promise<AdmissionSlot> {
    return this.#cluster.admit(principal, transport, device);
  }

  opened(connection: Connection): void {
    if (connection.transport !== 'poll') this.#enforcer?.opened(connection);
  }

  /** Calls back for each stream to close on another server. @returns a function that removes the listener. */
  onOverLimit(listener: (stream: OverLimitStream) => void): () => void {
    return this.#onOverLimit.add(listener);
  }

  /** Drops the token buckets that are full again. Call it periodically. */
  sweep(): void {
    this.#admission.sweep();
  }

  stop(): void {
    this.#enforcer?.stop();
  }

  /** Checks the users admitted while another server was present but not noticed yet: their remote counts were not read. */
  #checkNewest(): void {
    const sinceMs = this.deps.clock.now().getTime() - UNNOTICED_MS;
    for (const connection of this.connections.all()) {
      if (connection.transport !== 'poll' && connection.since.getTime() >= sinceMs) this.#enforcer?.check(connection);
    }
  }

  #closeStream(person: TenantUser, connectionId: string): void {
    const own = this.connections.find(connectionId);
    if (own !== undefined) own.close('limit');
    else if (!connectionId.startsWith(`${this.deps.nodeId}.`)) this.#onOverLimit.call({ ...person, connectionId });
  }
}
