import type { TenantId, UserId } from '@nest-herald/platform';

/** Somebody who asks for one connection more. */
export interface SlotRequest {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** As presence shows it: polls of one device are one client that asks again and again. */
  readonly device: string;
}

/** Which counts a limit needs; what is not wanted is not asked for and answered with 0. */
export interface NeededCounts {
  readonly tenant: boolean;
  readonly user: boolean;
}

/** What the other live nodes hold; nodes that drain are left out, because what they hold is being closed. */
export interface RemoteCounts {
  /** Connections of the tenant, at most a second old. */
  readonly tenant: number;
  /** Connections of the person; polls once per device, those of the newcomer's device left out. */
  readonly user: number;
  /** The person's oldest stream there; polls end by themselves. */
  readonly oldest: { readonly connectionId: string; readonly since: Date } | null;
}

/** Nothing anywhere else. */
export const NO_REMOTE_CONNECTIONS: RemoteCounts = { tenant: 0, user: 0, oldest: null };

/** A person in a tenant. */
export type TenantUser = Pick<SlotRequest, 'tenantId' | 'userId'>;

/** A person with more streams than a limit, all nodes together; polls left out. */
export interface OverLimitUser extends TenantUser {
  /** The oldest first; for all nodes the same order. */
  readonly connectionIds: readonly string[];
}

/**
 * What a shared presence tells about the other nodes, so that limits hold over the whole cluster (P100). It knows what the nodes
 * have written, so it is behind by {@link lagMs}.
 */
export interface ClusterSlots {
  /** Whether no other node takes streams, as of at most 5 s ago: then nobody is asked anything. */
  readonly isAlone: boolean;
  /** Time after which what a node opened or closed shows on the others, in ms: for those who look again before they judge. */
  readonly lagMs: number;
  /**
   * Told soon: within a second there is an answer or an error, however many ask at once.
   * @throws whatever the store throws, SseError `ERR_SSE_STORAGE` when it is late.
   */
  remoteCounts(newcomer: SlotRequest, wanted: NeededCounts): Promise<RemoteCounts>;
  /** Of these people those who hold more than `limit`. What this node opened and closed before the call is counted. @throws as {@link remoteCounts}, within 5 s. */
  overLimitUsers(people: readonly TenantUser[], limit: number): Promise<readonly OverLimitUser[]>;
  /** Calls back each time another node was noticed first. One listener; a later one takes its place. */
  onServerJoined(listener: () => void): void;
}
