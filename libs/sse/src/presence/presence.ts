import type { ClusterSlots } from './cluster-slots.js';
import type { TenantId, UserId } from '@nest-herald/platform';

/** Injection token of {@link Presence}. */
export const PRESENCE = Symbol('PRESENCE');

/** Topic of the event of the same name (P45). */
export const PRESENCE_TOPIC = 'presence';

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

/** One person with at least one open connection, or who has just left (see {@link OnlineQuery.leaving}). */
export interface OnlineUser {
  readonly userId: UserId;
  readonly connections: number;
  /** Distinct devices, sorted. */
  readonly devices: readonly string[];
  /** Opening of the oldest connection; who has just left: when that was. */
  readonly since: Date;
  readonly lastSeenAt: Date;
  /** Number of the session, to compare with {@link PresenceChange.generation}. */
  readonly generation: number;
}

/** Everything known about one person's connections; an unknown person is offline with `lastSeenAt: null`. */
export interface UserPresence {
  readonly userId: UserId;
  readonly online: boolean;
  readonly connections: readonly PresenceEntry[];
  readonly lastSeenAt: Date | null;
  /** Number of the latest session; 0 for a person who had none. */
  readonly generation: number;
}

/**
 * Somebody came online or went offline; the data of the event `presence` (P45). A session begins with a person's first
 * connection and ends when there was none for the grace (10 s), so that a reload or a change of node is no change.
 */
export interface PresenceChange {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly online: boolean;
  /** Open ones; 0 when offline. */
  readonly connections: number;
  /** When the first connection opened, or the last one closed. */
  readonly at: Date;
  /** Number of the session, the same in both its changes and higher in the next: what comes late shows by it (P46). */
  readonly generation: number;
}

/** Who shares in presence. */
export interface PresenceServer {
  readonly nodeId: string;
  /**
   * Told of changes, in tenants where somebody follows the topic `presence` or {@link Presence.watch | watches}: each is told
   * to one node of all that share presence, at most once, to be carried to the others. Never called within a call of `add` or
   * `remove`.
   */
  readonly onChange?: (change: PresenceChange) => void;
}

/** Which page of {@link OnlineUser}s. */
export interface OnlineQuery {
  readonly limit: number;
  /** {@link OnlinePage.nextCursor} of the page before. */
  readonly cursor?: string;
  /**
   * Also people whose last connection has closed and whose session goes on, with `connections: 0`: the state that
   * {@link PresenceChange}s continue, for they come back without one. @defaultValue false
   */
  readonly leaving?: boolean;
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
 * answer for a tenant contains an entry of another; removing an unknown connection does nothing; the changes of a person, in the
 * order of their generations and online before offline, are what that person's connections went through, grace included.
 */
export interface Presence {
  /** What other nodes hold, for limits that hold over the cluster. Absent: there are no other nodes. */
  readonly clusterSlots?: ClusterSlots;
  start(node: PresenceServer): Promise<void>;
  /** Never waits: shared implementations write in batches. */
  add(entry: PresenceEntry): void;
  remove(connectionId: string): void;
  /** Replaces the topics of an open connection. */
  changeTopics(connectionId: string, topics: readonly string[]): void;
  /** Code of this process wants the changes of a tenant, as a follower of the topic does. @returns a function that ends it. */
  watch(tenantId: TenantId): () => void;
  isOnline(tenantId: TenantId, userId: UserId): Promise<boolean>;
  onlineUsers(tenantId: TenantId, page: OnlineQuery): Promise<OnlinePage>;
  user(tenantId: TenantId, userId: UserId): Promise<UserPresence>;
  /** @param tenantId null counts every tenant of the platform. */
  counts(tenantId: TenantId | null): Promise<PresenceCounts>;
  setDraining(draining: boolean): Promise<void>;
  stop(): Promise<void>;
}
