import type { OnlineUser, OnlineUsers, PresenceChange } from '../api/operations-api.js';

/**
 * Who is online: a fetched list that `presence` events keep current. A change applies when its session is newer than the
 * known one, or when it ends the known one. Late and duplicate events therefore change nothing.
 */
export class OnlinePeople {
  #total = 0;
  #users = new Map<string, OnlineUser>();
  /** The last ended session of each person who left since the fetch. */
  #ended = new Map<string, number>();
  /** Changes that arrived during the current fetch: its response may be older. Null while none is running. */
  #changesDuringFetch: PresenceChange[] | null = null;

  /** Null before the first fetch. */
  list: OnlineUsers | null = null;

  /** Replaces the list. Calls must not overlap. @throws what `fetch` throws; the list then stays as it is. */
  async refresh(fetch: () => Promise<OnlineUsers>): Promise<void> {
    const changes: PresenceChange[] = [];
    this.#changesDuringFetch = changes;
    const { items, total } = await fetch().finally(() => (this.#changesDuringFetch = null));
    this.#users = new Map(items.map((user) => [user.userId, user]));
    this.#ended = new Map();
    this.#total = total;
    for (const change of changes) this.#apply(change);
    this.#updateList();
  }

  /** @returns whether the list changed. */
  change(change: PresenceChange): boolean {
    this.#changesDuringFetch?.push(change);
    if (this.list === null || !this.#apply(change)) return false;
    this.#updateList();
    return true;
  }

  #apply({ userId, online, connections, at, generation }: PresenceChange): boolean {
    const known = this.#users.get(userId);
    if (generation <= (this.#ended.get(userId) ?? 0) || generation < (known?.generation ?? 0)) return false;
    if (online && known?.generation === generation) return false;
    this.#users.delete(userId);
    this.#total += Number(online) - Number(known !== undefined);
    if (online) this.#users.set(userId, { userId, connections, devices: [], since: at, lastSeenAt: at, generation });
    else this.#ended.set(userId, generation);
    return online || known !== undefined;
  }

  #updateList(): void {
    const items = [...this.#users.values()].sort((a, b) => (a.userId < b.userId ? -1 : 1));
    this.list = { items, total: Math.max(this.#total, items.length) };
  }
}
