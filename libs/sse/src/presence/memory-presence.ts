import { systemClock, type Clock } from '../clock.js';
import type { TenantId, UserId } from '../principal.js';
import type {
  OnlinePage,
  OnlineUser,
  Presence,
  PresenceCounts,
  PresenceEntry,
  Transport,
  UserPresence,
} from './presence.js';

/** People of one tenant whose last time online is remembered. */
const MAX_LAST_SEEN = 10_000;
const TOP_TOPICS = 100;

interface TenantPresence {
  readonly users: Map<UserId, PresenceEntry[]>;
  /** In the order of leaving, oldest first. */
  readonly lastSeen: Map<UserId, Date>;
}

/** Presence of one process, exact and immediate. The default of the library. */
export class MemoryPresence implements Presence {
  readonly #tenants = new Map<TenantId, TenantPresence>();
  readonly #connections = new Map<string, PresenceEntry>();
  #nodeId: string | null = null;
  #draining = false;

  constructor(private readonly clock: Clock = systemClock) {}

  start(node: { readonly nodeId: string }): Promise<void> {
    this.#nodeId = node.nodeId;
    return Promise.resolve();
  }

  add(entry: PresenceEntry): void {
    this.remove(entry.connectionId);
    this.#connections.set(entry.connectionId, entry);
    let tenant = this.#tenants.get(entry.tenantId);
    if (tenant === undefined) {
      tenant = { users: new Map(), lastSeen: new Map() };
      this.#tenants.set(entry.tenantId, tenant);
    }
    const entries = tenant.users.get(entry.userId);
    if (entries === undefined) tenant.users.set(entry.userId, [entry]);
    else entries.push(entry);
  }

  remove(connectionId: string): void {
    const entry = this.#connections.get(connectionId);
    if (entry === undefined) return;
    this.#connections.delete(connectionId);
    const tenant = this.#tenants.get(entry.tenantId);
    const entries = tenant?.users.get(entry.userId);
    if (tenant === undefined || entries === undefined) return;
    entries.splice(entries.indexOf(entry), 1);
    if (entries.length > 0) return;
    tenant.users.delete(entry.userId);
    tenant.lastSeen.delete(entry.userId);
    tenant.lastSeen.set(entry.userId, this.clock.now());
    for (const oldest of tenant.lastSeen.keys()) {
      if (tenant.lastSeen.size <= MAX_LAST_SEEN) break;
      tenant.lastSeen.delete(oldest);
    }
  }

  changeTopics(connectionId: string, topics: readonly string[]): void {
    const entry = this.#connections.get(connectionId);
    const entries = entry && this.#tenants.get(entry.tenantId)?.users.get(entry.userId);
    if (entry === undefined || entries === undefined) return;
    const changed = { ...entry, topics };
    entries[entries.indexOf(entry)] = changed;
    this.#connections.set(connectionId, changed);
  }

  isOnline(tenantId: TenantId, userId: UserId): Promise<boolean> {
    return Promise.resolve(this.#tenants.get(tenantId)?.users.has(userId) === true);
  }

  onlineUsers(tenantId: TenantId, page: { readonly limit: number; readonly cursor?: string }): Promise<OnlinePage> {
    const users = this.#tenants.get(tenantId)?.users ?? new Map<UserId, PresenceEntry[]>();
    const ids = [...users.keys()].sort();
    const from = page.cursor === undefined ? 0 : firstAbove(ids, page.cursor);
    const chosen = ids.slice(from, from + page.limit);
    return Promise.resolve({
      items: chosen.map((userId) => this.#summary(userId, users.get(userId) ?? [])),
      nextCursor: from + page.limit < ids.length ? (chosen.at(-1) ?? null) : null,
      total: ids.length,
    });
  }

  user(tenantId: TenantId, userId: UserId): Promise<UserPresence> {
    const tenant = this.#tenants.get(tenantId);
    const connections = [...(tenant?.users.get(userId) ?? [])];
    const online = connections.length > 0;
    const lastSeenAt = online ? this.clock.now() : (tenant?.lastSeen.get(userId) ?? null);
    return Promise.resolve({ userId, online, connections, lastSeenAt });
  }

  counts(tenantId: TenantId | null): Promise<PresenceCounts> {
    const entries = [...this.#connections.values()].filter((e) => tenantId === null || e.tenantId === tenantId);
    const byTransport: Record<Transport, number> = { sse: 0, poll: 0, ws: 0 };
    const topics = new Map<string, number>();
    const nodes = new Map<string, PresenceEntry[]>();
    for (const entry of entries) {
      byTransport[entry.transport] += 1;
      for (const topic of entry.topics) topics.set(topic, (topics.get(topic) ?? 0) + 1);
      const node = nodes.get(entry.nodeId);
      if (node === undefined) nodes.set(entry.nodeId, [entry]);
      else node.push(entry);
    }
    if (this.#nodeId !== null && !nodes.has(this.#nodeId)) nodes.set(this.#nodeId, []);
    return Promise.resolve({
      connections: entries.length,
      users: countUsers(entries),
      topics: topics.size,
      byNode: [...nodes].map(([nodeId, its]) => ({
        nodeId,
        connections: its.length,
        users: countUsers(its),
        draining: nodeId === this.#nodeId && this.#draining,
      })),
      byTransport,
      topTopics: [...topics]
        .map(([topic, connections]) => ({ topic, connections }))
        .sort((a, b) => b.connections - a.connections || (a.topic < b.topic ? -1 : 1))
        .slice(0, TOP_TOPICS),
    });
  }

  setDraining(draining: boolean): Promise<void> {
    this.#draining = draining;
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.#nodeId = null;
    return Promise.resolve();
  }

  #summary(userId: UserId, entries: readonly PresenceEntry[]): OnlineUser {
    return {
      userId,
      connections: entries.length,
      devices: [...new Set(entries.map((e) => e.device))].sort(),
      since: entries.reduce(
        (oldest, e) => (e.since < oldest ? e.since : oldest),
        entries[0]?.since ?? this.clock.now(),
      ),
      lastSeenAt: this.clock.now(),
    };
  }
}

function countUsers(entries: readonly PresenceEntry[]): number {
  return new Set(entries.map((e) => `${e.tenantId} ${e.userId}`)).size;
}

function firstAbove(sorted: readonly string[], cursor: string): number {
  const index = sorted.findIndex((id) => id > cursor);
  return index === -1 ? sorted.length : index;
}
