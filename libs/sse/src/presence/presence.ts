import type { ClusterSlots } from './cluster-slots.js';
import type { TenantId, UserId } from '@nest-herald/platform';

/** Injection token of {@link Presence}. */
export const PRESENCE = Symbol('PRESENCE');

/** Topic of the event of the same name (P45). */
export const PRESENCE_TOPIC = 'presence';

/** How a connection reaches its client. */
export type Transport = 'sse' | 'poll' | 'ws';

/** One open connection as presence stores it. */
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

/** A person with at least one open connection, or one who has just left (see {@link OnlineQuery.leaving}). */
export interface OnlineUser {
  readonly userId: UserId;
  readonly connections: number;
  /** Distinct devices, sorted. */
  readonly devices: readonly string[];
  /** When the oldest connection was opened; for a person who has just left, when they left. */
  readonly since: Date;
  readonly lastSeenAt: Date;
  /** Number of the session, to compare with {@link PresenceChange.generation}. */
  readonly generation: number;
}

/** The connections of one person. An unknown person is offline with `lastSeenAt: null`. */
export interface UserPresence {
  readonly userId: UserId;
  readonly online: boolean;
  readonly connections: readonly PresenceEntry[];
  readonly lastSeenAt: Date | null;
  /** Number of the latest session; 0 before the first one. */
  readonly generation: number;
}

/**
 * A person came online or went offline; the data of the event `presence` (P45). A session begins with the first connection
 * and ends when there was none for the grace (10 s), so a reload or a move to another server is not a change.
 */
export interface PresenceChange {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  readonly online: boolean;
  /** Open connections; 0 when offline. */
  readonly connections: number;
  /** When the first connection opened, or the last one closed. */
  readonly at: Date;
  /** Number of the session: equal in its two changes, higher in the next session, so a late change is recognised (P46). */
  readonly generation: number;
}

/** The server that takes part in presence. */
export interface PresenceServer {
  readonly nodeId: string;
  /**
   * Receives the changes of tenants in which a connection follows the topic `presence` or code
   * {@link Presence.watch | watches}. Each change goes to one of the servers that share presence, at most once; that server
   * sends it to the others. It is never called within a call of `add` or `remove`.
   */
  readonly onChange?: (change: PresenceChange) => void;
}

/** Selects a page of {@link OnlineUser}s. */
export interface OnlineQuery {
  readonly limit: number;
  /** {@link OnlinePage.nextCursor} of the previous page. */
  readonly cursor?: string;
  /**
   * Include people whose last connection has closed but whose session continues, with `connections: 0`. A client that applies
   * {@link PresenceChange}s needs them, because their return is not a change. @defaultValue false
   */
  readonly leaving?: boolean;
}

/** A page of {@link OnlineUser}s in the order of their ids. */
export interface OnlinePage {
  readonly items: readonly OnlineUser[];
  readonly nextCursor: string | null;
  /** Number of people online in the tenant, over all pages. */
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
 * Guarantees (`describePresence` proves them):
 * - An entry added on this server is visible in its answers within 1 s.
 * - No answer for a tenant contains an entry of another tenant.
 * - Removing an unknown connection does nothing.
 * - The changes of a person, ordered by generation with online before offline, match what happened to that person's
 *   connections, including the grace.
 */
export interface Presence {
  /** The connections of other servers, for cluster-wide limits. Absent when there are no other servers. */
  readonly clusterSlots?: ClusterSlots;
  start(server: PresenceServer): Promise<void>;
  /** Returns at once. Shared implementations write in batches. */
  add(entry: PresenceEntry): void;
  remove(connectionId: string): void;
  /** Replaces the topics of an open connection. */
  changeTopics(connectionId: string, topics: readonly string[]): void;
  /** Requests a tenant's changes for code of this process, as following the topic does. @returns a function that ends it. */
  watch(tenantId: TenantId): () => void;
  isOnline(tenantId: TenantId, userId: UserId): Promise<boolean>;
  onlineUsers(tenantId: TenantId, page: OnlineQuery): Promise<OnlinePage>;
  user(tenantId: TenantId, userId: UserId): Promise<UserPresence>;
  /** @param tenantId null counts all tenants. */
  counts(tenantId: TenantId | null): Promise<PresenceCounts>;
  setDraining(draining: boolean): Promise<void>;
  stop(): Promise<void>;
}
