import { type Clock, systemClock, type TenantId, type UserId } from '@nest-herald/platform';
import {
  type OnlinePage,
  type OnlineQuery,
  type OnlineUser,
  type Presence,
  PRESENCE_TOPIC,
  type PresenceChange,
  type PresenceCounts,
  type PresenceEntry,
  type PresenceServer,
  type Transport,
  type UserPresence,
} from './presence.js';
import { type EndedSession, PresenceSessions } from './presence-sessions.js';

const TOP_TOPICS = 100;
/** Bounds of the interval at which ended graces are checked. */
const MAX_TICK_MS = 500;
const MIN_TICK_MS = 10;
/** How long a person may have no connection before they count as offline (P45). */
const GRACE_MS = 10_000;

interface OnlinePerson {
  readonly entries: PresenceEntry[];
  readonly generation: number;
}

interface TenantPresence {
  readonly users: Map<UserId, OnlinePerson>;
  /** Number of connections that follow the topic `presence` and of watching callers. */
  watchers: number;
}

/** Presence of one process, exact and immediate. It is the default of the library. */
export class MemoryPresence implements Presence {
  readonly #tenants = new Map<TenantId, TenantPresence>();
  readonly #connections = new Map<string, PresenceEntry>();
  readonly #graceMs: number;
  readonly #sessions: PresenceSessions;
  #server: PresenceServer | null = null;
  #draining = false;
  #timer: NodeJS.Timeout | null = null;

  /** @param options `offlineGraceMs`: absence in ms after which a person counts as offline. @defaultValue 10,000 */
  constructor(
    private readonly clock: Clock = systemClock,
    options: { readonly offlineGraceMs?: number } = {},
  ) {
    this.#graceMs = options.offlineGraceMs ?? GRACE_MS;
    this.#sessions = new PresenceSessions(clock, this.#graceMs, (session) => this.#announceOffline(session));
  }

  start(server: PresenceServer): Promise<void> {
    this.#server = server;
    const tickMs = Math.max(MIN_TICK_MS, Math.min(MAX_TICK_MS, this.#graceMs));
    this.#timer = setInterval(() => this.endSessions(), tickMs).unref();
    return Promise.resolve();
  }

  add(entry: PresenceEntry): void {
    this.remove(entry.connectionId);
    this.#connections.set(entry.connectionId, entry);
    const tenant = this.#tenant(entry.tenantId);
    tenant.watchers += Number(isWatching(entry));
    const person = tenant.users.get(entry.userId);
    if (person !== undefined) {
      person.entries.push(entry);
      return;
    }
    const { generation, isNew } = this.#sessions.open(entry.tenantId, entry.userId);
    tenant.users.set(entry.userId, { entries: [entry], generation });
    if (!isNew) return;
    const { tenantId, userId } = entry;
    this.#announce({ tenantId, userId, online: true, connections: 1, at: this.clock.now(), generation });
  }

  remove(connectionId: string): void {
    const entry = this.#connections.get(connectionId);
    if (entry === undefined) return;
    this.#connections.delete(connectionId);
    const tenant = this.#tenants.get(entry.tenantId);
    const person = tenant?.users.get(entry.userId);
    if (tenant === undefined || person === undefined) return;
    tenant.watchers -= Number(isWatching(entry));
    person.entries.splice(person.entries.indexOf(entry), 1);
    if (person.entries.length > 0) return;
    tenant.users.delete(entry.userId);
    this.#sessions.close(entry.tenantId, entry.userId, person.generation);
  }

  changeTopics(connectionId: string, topics: readonly string[]): void {
    const entry = this.#connections.get(connectionId);
    const tenant = entry && this.#tenants.get(entry.tenantId);
    const person = entry && tenant?.users.get(entry.userId);
    if (entry === undefined || tenant === undefined || person === undefined) return;
    const changed = { ...entry, topics };
    tenant.watchers += Number(isWatching(changed)) - Number(isWatching(entry));
    person.entries[person.entries.indexOf(entry)] = changed;
    this.#connections.set(connectionId, changed);
  }

  watch(tenantId: TenantId): () => void {
    const tenant = this.#tenant(tenantId);
    tenant.watchers += 1;
    let isOver = false;
    return () => {
      if (!isOver) tenant.watchers -= 1;
      isOver = true;
    };
  }

  /** Ends the sessions whose grace is over and announces them. It runs on a timer; tests that move the clock call it. */
  endSessions(): void {
    this.#sessions.endDue();
  }

  isOnline(tenantId: TenantId, userId: UserId): Promise<boolean> {
    return Promise.resolve(this.#tenants.get(tenantId)?.users.has(userId) === true);
  }

  onlineUsers(tenantId: TenantId, page: OnlineQuery): Promise<OnlinePage> {
    const people = new Map<UserId, OnlinePerson | EndedSession>(this.#tenants.get(tenantId)?.users);
    if (page.leaving === true) {
      for (const session of this.#sessions.leaving(tenantId)) people.set(session.userId, session);
    }
    const ids = [...people.keys()].sort();
    const from = page.cursor === undefined ? 0 : firstIndexAfter(ids, page.cursor);
    const chosen = ids.slice(from, from + page.limit);
    return Promise.resolve({
      items: chosen.map((userId) => this.#summary(userId, people.get(userId)!)),
      nextCursor: from + page.limit < ids.length ? (chosen.at(-1) ?? null) : null,
      total: ids.length,
    });
  }

  user(tenantId: TenantId, userId: UserId): Promise<UserPresence> {
    const person = this.#tenants.get(tenantId)?.users.get(userId);
    const latest = this.#sessions.latest(tenantId, userId);
    return Promise.resolve({
      userId,
      online: person !== undefined,
      connections: [...(person?.entries ?? [])],
      lastSeenAt: person === undefined ? (latest?.at ?? null) : this.clock.now(),
      generation: person?.generation ?? latest?.generation ?? 0,
    });
  }

  counts(tenantId: TenantId | null): Promise<PresenceCounts> {
    const entries = [...this.#connections.values()].filter((e) => tenantId === null || e.tenantId === tenantId);
    const byTransport: Record<Transport, number> = { sse: 0, poll: 0, ws: 0 };
    const topics = new Map<string, number>();
    const servers = new Map<string, PresenceEntry[]>();
    for (const entry of entries) {
      byTransport[entry.transport] += 1;
      for (const topic of entry.topics) topics.set(topic, (topics.get(topic) ?? 0) + 1);
      const server = servers.get(entry.nodeId);
      if (server === undefined) servers.set(entry.nodeId, [entry]);
      else server.push(entry);
    }
    if (this.#server !== null && !servers.has(this.#server.nodeId)) servers.set(this.#server.nodeId, []);
    return Promise.resolve({
      connections: entries.length,
      users: countUsers(entries),
      topics: topics.size,
      byNode: [...servers].map(([nodeId, own]) => ({
        nodeId,
        connections: own.length,
        users: countUsers(own),
        draining: nodeId === this.#server?.nodeId && this.#draining,
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
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#server = null;
    return Promise.resolve();
  }

  #tenant(tenantId: TenantId): TenantPresence {
    let tenant = this.#tenants.get(tenantId);
    if (tenant === undefined) this.#tenants.set(tenantId, (tenant = { users: new Map(), watchers: 0 }));
    return tenant;
  }

  #announceOffline({ tenantId, userId, at, generation }: EndedSession): void {
    this.#announce({ tenantId, userId, online: false, connections: 0, at, generation });
  }

  /** Runs in a microtask, because a caller of `add` or `remove` may be iterating over connections. */
  #announce(change: PresenceChange): void {
    if ((this.#tenants.get(change.tenantId)?.watchers ?? 0) === 0) return;
    queueMicrotask(() => this.#server?.onChange?.(change));
  }

  #summary(userId: UserId, person: OnlinePerson | EndedSession): OnlineUser {
    const { generation } = person;
    if ('at' in person) {
      return { userId, connections: 0, devices: [], since: person.at, lastSeenAt: person.at, generation };
    }
    const { entries } = person;
    return {
      userId,
      connections: entries.length,
      devices: [...new Set(entries.map((e) => e.device))].sort(),
      since: entries.reduce(
        (oldest, e) => (e.since < oldest ? e.since : oldest),
        entries[0]?.since ?? this.clock.now(),
      ),
      lastSeenAt: this.clock.now(),
      generation,
    };
  }
}

function isWatching({ topics }: PresenceEntry): boolean {
  return topics.includes(PRESENCE_TOPIC);
}

function countUsers(entries: readonly PresenceEntry[]): number {
  return new Set(entries.map((e) => `${e.tenantId} ${e.userId}`)).size;
}

function firstIndexAfter(sorted: readonly string[], cursor: string): number {
  const index = sorted.findIndex((id) => id > cursor);
  return index === -1 ? sorted.length : index;
}
