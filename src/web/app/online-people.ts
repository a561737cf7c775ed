import type { OnlineUser, OnlineUsers, PresenceChange } from '../api/operations-api.js';

/**
 * Who is online: what was fetched, kept up by the event `presence`. A change counts when its session is newer than what is
 * known of the person, or when it ends the session that is known: what comes late, or twice, changes nothing.
 */
export class OnlinePeople {
  #total = 0;
  #users = new Map<string, OnlineUser>();
  /** The session that has ended, of those who have left since the fetch. */
  #ended = new Map<string, number>();
  /** Changes that came while a fetch is under way: the answer may be older than they are. */
  #meanwhile: PresenceChange[] | null = null;

  /** Null before the first fetch. */
  list: OnlineUsers | null = null;

  /** Fetches anew, one at a time. @throws what `fetch` throws; the list stays as it is then. */
  async refresh(fetch: () => Promise<OnlineUsers>): Promise<void> {
    const meanwhile: PresenceChange[] = [];
    this.#meanwhile = meanwhile;
    const { items, total } = await fetch().finally(() => (this.#meanwhile = null));
    this.#users = new Map(items.map((user) => [user.userId, user]));
    this.#ended = new Map();
    this.#total = total;
    for (const change of meanwhile) this.#apply(change);
    this.#show();
  }

  /** @returns whether the list is another one now. */
  change(change: PresenceChange): boolean {
    this.#meanwhile?.push(change);
    if (this.list === null || !this.#apply(change)) return false;
    this.#show();
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

  #show(): void {
    const items = [...this.#users.values()].sort((a, b) => (a.userId < b.userId ? -1 : 1));
    this.list = { items, total: Math.max(this.#total, items.length) };
  }
}
