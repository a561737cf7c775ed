import type { TenantId, UserId } from '@nest-herald/platform';

/** A request for one more connection. */
export interface SlotRequest {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** The device as presence shows it. Polls of one device count as one client that asks repeatedly. */
  readonly device: string;
}

/** Which counts the limits need. A count that is not needed is not read and returned as 0. */
export interface NeededCounts {
  readonly tenant: boolean;
  readonly user: boolean;
}

/** Connections on the other live servers. Draining servers are left out, because their connections are being closed. */
export interface RemoteCounts {
  /** Connections of the tenant, at most a second old. */
  readonly tenant: number;
  /** Connections of the user. Polls count once per device; polls of the requesting device are left out. */
  readonly user: number;
  /** The user's oldest stream on another server. Polls end by themselves and are left out. */
  readonly oldest: { readonly connectionId: string; readonly since: Date } | null;
}

/** The counts when there are no connections on other servers. */
export const NO_REMOTE_CONNECTIONS: RemoteCounts = { tenant: 0, user: 0, oldest: null };

/** A user of a tenant. */
export type TenantUser = Pick<SlotRequest, 'tenantId' | 'userId'>;

/** A user with more streams over all servers than the limit. Polls do not count. */
export interface OverLimitUser extends TenantUser {
  /** Oldest first, in the same order on all servers. */
  readonly connectionIds: readonly string[];
}

/**
 * What a shared presence knows of the other servers, so that limits hold over the whole cluster (P100). It sees what the
 * servers have written, so its answers are up to {@link lagMs} old.
 */
export interface ClusterSlots {
  /** Whether no other server takes streams, as of at most 5 s ago. Then no counts are read. */
  readonly isAlone: boolean;
  /** Time until other servers see a connection that was opened or closed, in ms. A caller that rechecks waits this long. */
  readonly lagMs: number;
  /**
   * Answers or fails within a second, whatever the number of concurrent callers.
   * @throws what the store throws; SseError `ERR_SSE_STORAGE` when the answer is late.
   */
  remoteCounts(request: SlotRequest, needed: NeededCounts): Promise<RemoteCounts>;
  /**
   * Returns those of the given users who hold more than `limit` streams. It includes what this server opened and closed
   * before the call.
   * @throws as {@link remoteCounts}, within 5 s.
   */
  overLimitUsers(users: readonly TenantUser[], limit: number): Promise<readonly OverLimitUser[]>;
  /** Calls back whenever another server appears after this one was alone. A later listener replaces the earlier one. */
  onServerJoined(listener: () => void): void;
}
