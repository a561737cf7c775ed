import type { ClusterSlots, OverLimitUser, TenantUser } from '../presence/cluster-slots.js';
import type { AdmissionLimits } from './admission.js';

/** The most users of one check. The others wait for the next one. */
const MAX_USERS_PER_CHECK = 5_000;
/** The most users that wait for a check. */
const MAX_DUE = 100_000;

/** The dependencies of a {@link UserLimitEnforcer}. */
export interface UserLimitEnforcerDeps {
  readonly clusterSlots: Pick<ClusterSlots, 'isAlone' | 'lagMs' | 'overLimitUsers'>;
  readonly limits: Pick<AdmissionLimits, 'maxConnectionsPerUser' | 'onUserLimit'>;
  /** Closes a stream with the reason `limit`, on whichever server it is. */
  readonly closeStream: (user: TenantUser, connectionId: string) => void;
  readonly warn: (what: string, error: unknown) => void;
}

/**
 * Corrects what admission cannot see: two servers that admit the same user in the same half second. After every opening it
 * counts the user's streams on all servers, once they are written, and closes those beyond the limit (P101): the newest, or
 * under `close-oldest` the oldest. All servers order the streams alike, so concurrent checks choose the same ones.
 *
 * A stream is closed only when two checks found it beyond the limit. Whatever was closed in the meantime is written between
 * them.
 */
export class UserLimitEnforcer {
  readonly #due = new Map<string, TenantUser>();
  /** The users over the limit at the last check, with the surplus streams. */
  readonly #overLimit = new Map<string, ReadonlyMap<string, 'found' | 'closed'>>();
  #timer: NodeJS.Timeout | null = null;
  #isFailing = false;
  #isStopped = false;

  constructor(private readonly deps: UserLimitEnforcerDeps) {}

  /** Schedules a check after a user opened a stream on this server. */
  opened(user: TenantUser): void {
    if (this.deps.limits.maxConnectionsPerUser === 0 || this.deps.clusterSlots.isAlone) return;
    this.check(user);
  }

  /** Schedules a check of a user even when this server is alone. */
  check({ tenantId, userId }: TenantUser): void {
    if (this.#isStopped || this.deps.limits.maxConnectionsPerUser === 0 || this.#due.size >= MAX_DUE) return;
    this.#due.set(keyOf({ tenantId, userId }), { tenantId, userId });
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#due.clear();
  }

  #schedule(): void {
    if (this.#timer !== null || this.#isStopped) return;
    this.#timer = setTimeout(() => {
      void this.#checkDue().finally(() => {
        this.#timer = null;
        if (this.#due.size > 0) this.#schedule();
      });
    }, this.deps.clusterSlots.lagMs);
    this.#timer.unref();
  }

  async #checkDue(): Promise<void> {
    const checked = new Map([...this.#due].slice(0, MAX_USERS_PER_CHECK));
    for (const key of checked.keys()) this.#due.delete(key);
    let users: readonly OverLimitUser[];
    try {
      users = await this.deps.clusterSlots.overLimitUsers(
        [...checked.values()],
        this.deps.limits.maxConnectionsPerUser,
      );
      this.#isFailing = false;
    } catch (error) {
      for (const [key, user] of checked) this.#due.set(key, user);
      if (!this.#isFailing) this.deps.warn('counting connections over all servers', error);
      this.#isFailing = true;
      return;
    }
    const streams = new Map(users.map((user) => [keyOf(user), user.connectionIds]));
    for (const [key, user] of checked) this.#enforce(key, user, this.#surplusOf(streams.get(key) ?? []));
  }

  /** Closes, once, what was already beyond the limit at the last check, and schedules another check of the rest. */
  #enforce(key: string, user: TenantUser, surplus: readonly string[]): void {
    const before = this.#overLimit.get(key);
    this.#overLimit.delete(key);
    const now = new Map<string, 'found' | 'closed'>();
    for (const id of surplus) {
      now.set(id, before?.has(id) === true ? 'closed' : 'found');
      if (before?.get(id) === 'found') this.deps.closeStream(user, id);
    }
    if (this.#isStopped || ![...now.values()].includes('found')) return;
    this.#overLimit.set(key, now);
    this.#due.set(key, user);
  }

  /** @param connectionIds of all servers, the oldest first. */
  #surplusOf(connectionIds: readonly string[]): readonly string[] {
    const { maxConnectionsPerUser, onUserLimit } = this.deps.limits;
    if (connectionIds.length <= maxConnectionsPerUser) return [];
    return onUserLimit === 'refuse'
      ? connectionIds.slice(maxConnectionsPerUser)
      : connectionIds.slice(0, connectionIds.length - maxConnectionsPerUser);
  }
}

function keyOf({ tenantId, userId }: TenantUser): string {
  return `${tenantId} ${userId}`;
}
