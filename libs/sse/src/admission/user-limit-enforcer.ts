import type { AdmissionLimits } from './admission.js';
import type { ClusterSlots, OverLimitUser, TenantUser } from '../presence/cluster-slots.js';

/** People of one look; the next ones are looked at behind it. */
const MAX_PEOPLE = 5_000;
/** People who wait for their look. */
const MAX_DUE = 100_000;

/** What a {@link UserLimitEnforcer} is made of. */
export interface UserLimitEnforcerDeps {
  readonly clusterSlots: Pick<ClusterSlots, 'isAlone' | 'lagMs' | 'overLimitUsers'>;
  readonly limits: Pick<AdmissionLimits, 'maxConnectionsPerUser' | 'onUserLimit'>;
  /** Ends a stream with `limit`, on whichever node it is. */
  readonly closeStream: (person: TenantUser, connectionId: string) => void;
  readonly warn: (what: string, error: unknown) => void;
}

/**
 * Makes good what admission cannot see: two nodes that admit the same person in the same half second. Behind every
 * opening the person's streams of all nodes are counted once they are written, and what is beyond the limit is ended (P101): the
 * newest, or under `close-oldest` the oldest. All nodes order them alike, so two that look at once choose the same ones.
 *
 * A stream is ended when two looks found it beyond the limit: between them everything that was closed meanwhile was written.
 */
export class UserLimitEnforcer {
  readonly #due = new Map<string, TenantUser>();
  /** Who was beyond the limit at the last look, with the streams that have to go. */
  readonly #suspects = new Map<string, ReadonlyMap<string, 'found' | 'ended'>>();
  #timer: NodeJS.Timeout | null = null;
  #isFailing = false;
  #isStopped = false;

  constructor(private readonly deps: UserLimitEnforcerDeps) {}

  /** Somebody opened a stream here. */
  opened(person: TenantUser): void {
    if (this.deps.limits.maxConnectionsPerUser === 0 || this.deps.clusterSlots.isAlone) return;
    this.check(person);
  }

  /** Has a person looked at, whoever else is there. */
  check({ tenantId, userId }: TenantUser): void {
    if (this.#isStopped || this.deps.limits.maxConnectionsPerUser === 0 || this.#due.size >= MAX_DUE) return;
    this.#due.set(`${tenantId} ${userId}`, { tenantId, userId });
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
      void this.#look().finally(() => {
        this.#timer = null;
        if (this.#due.size > 0) this.#schedule();
      });
    }, this.deps.clusterSlots.lagMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const looked = new Map([...this.#due].slice(0, MAX_PEOPLE));
    for (const key of looked.keys()) this.#due.delete(key);
    let crowds: readonly OverLimitUser[];
    try {
      crowds = await this.deps.clusterSlots.overLimitUsers(
        [...looked.values()],
        this.deps.limits.maxConnectionsPerUser,
      );
      this.#isFailing = false;
    } catch (error) {
      for (const [key, person] of looked) this.#due.set(key, person);
      if (!this.#isFailing) this.deps.warn('counting connections over all nodes', error);
      this.#isFailing = true;
      return;
    }
    const beyond = new Map(crowds.map((crowd) => [`${crowd.tenantId} ${crowd.userId}`, crowd.connectionIds]));
    for (const [key, person] of looked) this.#judge(key, person, this.#surplusOf(beyond.get(key) ?? []));
  }

  /** Ends what was beyond the limit at the last look already, once, and has the rest looked at again. */
  #judge(key: string, person: TenantUser, surplus: readonly string[]): void {
    const before = this.#suspects.get(key);
    this.#suspects.delete(key);
    const now = new Map<string, 'found' | 'ended'>();
    for (const id of surplus) {
      now.set(id, before?.has(id) === true ? 'ended' : 'found');
      if (before?.get(id) === 'found') this.deps.closeStream(person, id);
    }
    if (this.#isStopped || ![...now.values()].includes('found')) return;
    this.#suspects.set(key, now);
    this.#due.set(key, person);
  }

  /** @param connectionIds of all nodes, the oldest first. */
  #surplusOf(connectionIds: readonly string[]): readonly string[] {
    const { maxConnectionsPerUser, onUserLimit } = this.deps.limits;
    if (connectionIds.length <= maxConnectionsPerUser) return [];
    return onUserLimit === 'refuse'
      ? connectionIds.slice(maxConnectionsPerUser)
      : connectionIds.slice(0, connectionIds.length - maxConnectionsPerUser);
  }
}
