import type { CloseReason } from '@nest-herald/sse-protocol';
import { userKey } from '../vocabulary/audience.js';
import type { AdmissionSlot } from '../admission/admission-slot.js';
import type { Connection } from '../connection/connection.js';
import { peerOf, readTcpTables, silentPeers } from '../connection/timing/silent-peers.js';
import type { Subscription } from '../connection/subscription.js';
import type { Presence } from '../presence/presence.js';
import type { TenantId, UserId } from '@nest-herald/platform';
import type { TenantFeeds } from './feed/tenant-feeds.js';

/** Selects connections of a tenant. An empty choice selects all of them. */
export interface ConnectionChoice {
  readonly connectionId?: string;
  readonly userId?: UserId;
}

/** The open connections of one process. */
export class HubConnections {
  readonly #byId = new Map<string, Connection>();

  constructor(
    private readonly feeds: TenantFeeds,
    private readonly presence: Pick<Presence, 'changeTopics'>,
  ) {}

  get size(): number {
    return this.#byId.size;
  }

  all(): readonly Connection[] {
    return [...this.#byId.values()];
  }

  add(connection: Connection): void {
    this.#byId.set(connection.id, connection);
  }

  remove(connection: Connection): void {
    this.#byId.delete(connection.id);
  }

  find(connectionId: string): Connection | undefined {
    return this.#byId.get(connectionId);
  }

  /** The chosen connections of a tenant that take events. */
  choose(tenantId: TenantId, which: ConnectionChoice = {}): readonly Connection[] {
    const feed = this.feeds.get(tenantId);
    if (feed === undefined) return [];
    const { connectionId, userId } = which;
    const candidates = userId === undefined ? feed.connections : feed.index.withKey(userKey(userId));
    return [...candidates].filter((c) => connectionId === undefined || c.id === connectionId);
  }

  /** @returns the number of connections that are being closed. */
  close(tenantId: TenantId, which: ConnectionChoice, reason: CloseReason): number {
    const chosen = this.choose(tenantId, which);
    for (const connection of chosen) connection.close(reason);
    return chosen.length;
  }

  /**
   * Closes connections whose end no event reported: responses that are gone, and half-open TCP connections whose clients
   * vanished. The kernel retries those for a quarter of an hour, during which they would hold a slot and count as online.
   * @param tables reads the kernel's tables, as {@link readTcpTables} does.
   */
  async sweep(tables: () => Promise<string> = readTcpTables): Promise<void> {
    for (const connection of this.all()) connection.sweep();
    if (this.size === 0) return;
    const silent = silentPeers(await tables());
    if (silent.size === 0) return;
    for (const connection of this.all()) {
      const { socket } = connection;
      if (socket !== null && socket !== undefined && silent.has(peerOf(socket) ?? '')) connection.reset();
    }
  }

  /** Closes the connection that holds this slot. */
  evict(slot: AdmissionSlot): void {
    const { tenantId, userId } = slot.principal;
    this.choose(tenantId, { userId })
      .find((connection) => connection.slot === slot)
      ?.close('limit');
  }

  /** Replaces the subscription of an open connection. */
  resubscribe(connection: Connection, subscription: Subscription): void {
    this.feeds.get(connection.tenantId)?.resubscribe(connection, subscription);
    this.presence.changeTopics(connection.id, connection.topics);
  }
}
