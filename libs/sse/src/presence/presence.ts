import type { TenantId, UserId } from '../principal.js';

/** Injection token of {@link Presence}. */
export const PRESENCE = Symbol('PRESENCE');

/** How a connection reaches its client. */
export type Transport = 'sse' | 'poll' | 'ws';

/** One open connection as presence knows it. */
export interface PresenceEntry {
  readonly connectionId: string;
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly nodeId: string;
  readonly device: string;
  readonly transport: Transport;
  readonly sessionId?: string;
  readonly topics: readonly string[];
  readonly since: Date;
}

/** One person with at least one open connection. */
export interface OnlineUser {
  readonly userId: UserId;
  readonly connections: number;
  /** Distinct devices, sorted. */
  readonly devices: readonly string[];
  /** Opening of the oldest connection. */
  readonly since: Date;
  readonly lastSeenAt: Date;
}

/** Everything known about one person's connections; an unknown person is offline with `lastSeenAt: null`. */
export interface UserPresence {
  readonly userId: UserId;
  readonly online: boolean;
  readonly connections: readonly PresenceEntry[];
  readonly lastSeenAt: Date | null;
}

/** A page of {@link OnlineUser}s in the order of their ids. */
export interface OnlinePage {
  readonly items: readonly OnlineUser[];
  readonly nextCursor: string | null;
  /** People online in the tenant, over all pages. */
  readonly total: number;
}

/** Counts over the whole cluster. */
export interface PresenceCounts {
  readonly connections: number;
  readonly users: number;
  readonly topics: number;
  readonly byNode: readonly {
    readonly nodeId: string;
    readonly connections: number;
    readonly users: number;
    readonly draining: boolean;
  }[];
  readonly byTransport: Readonly<Record<Transport, number>>;
  /** The 100 most followed topics, most followed first. */
  readonly topTopics: readonly { readonly topic: string; readonly connections: number }[];
}

/**
 * Who is online, cluster-wide where the implementation is shared.
 *
 * Guarantees (`describePresence` proves them): an entry added on this node is visible in its answers within 1 s; no
 * answer for a tenant contains an entry of another; removing an unknown connection does nothing.
 */
export interface Presence {
  start(node: { readonly nodeId: string }): Promise<void>;
  /** Never waits: shared implementations write in batches. */
  add(entry: PresenceEntry): void;
  remove(connectionId: string): void;
  /** Replaces the topics of an open connection. */
  changeTopics(connectionId: string, topics: readonly string[]): void;
  isOnline(tenantId: TenantId, userId: UserId): Promise<boolean>;
  onlineUsers(tenantId: TenantId, page: { readonly limit: number; readonly cursor?: string }): Promise<OnlinePage>;
  user(tenantId: TenantId, userId: UserId): Promise<UserPresence>;
  /** @param tenantId null counts every tenant of the platform. */
  counts(tenantId: TenantId | null): Promise<PresenceCounts>;
  setDraining(draining: boolean): Promise<void>;
  stop(): Promise<void>;
}
