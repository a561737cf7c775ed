import { Observed } from '../reactive/observed.js';
import type { Counts, NotificationItem } from '../api/notification.js';
import { ApiProblem } from '../api/problem.js';
import type { ItemOperation, NotificationsApi } from '../api/notifications-api.js';
import type { EventStream } from '../stream/event-stream.js';
import type { Connected } from '../stream/stream-state.js';
import type { InboxChange } from './inbox-change.js';
import { CountsStore } from './counts-store.js';
import { WHOLE_INBOX } from './inbox-filter.js';
import { NotificationList } from './notification-list.js';

/** Durable event types. */
export const DURABLE_TYPES = [
  'notification.created',
  'notification.updated',
  'notification.removed',
  'notification.marked',
] as const;
/** Ephemeral types, and types that applications send with `POST /sse/send` either way (the connection page lists them). */
export const EPHEMERAL_TYPES = ['notification.counts', 'message', 'announcement'] as const;

const MAX_REMEMBERED_IDS = 1_000;

/** A "mark all as read" that can still be undone. */
export interface Undo {
  readonly token: string;
  readonly untilMs: number;
}

const UNDO_MS = 10 * 60_000;

/**
 * The inbox of one person: the counts, the list of the page and the short list of the bell. The stream and the responses
 * to the person's own actions keep it current. State is fetched after `connected` or `resync`, never before, so that no
 * event is missed between the fetch and the stream.
 */
export class NotificationCenter extends Observed {
  readonly counts: CountsStore;
  readonly page: NotificationList;
  readonly latest: NotificationList;
  #undo: Undo | null = null;
  readonly #announced = new Set<string>();
  readonly #reportedSeen = new Set<string>();
  readonly #arrivals = new Set<(item: NotificationItem) => void>();

  constructor(readonly api: NotificationsApi) {
    super();
    this.counts = new CountsStore(api);
    this.page = new NotificationList(api, WHOLE_INBOX, 30);
    this.latest = new NotificationList(api, WHOLE_INBOX, 8);
  }

  get undo(): Undo | null {
    return this.#undo !== null && this.#undo.untilMs > Date.now() ? this.#undo : null;
  }

  /** Calls `listener` once for each new notification, live or replayed. @returns the function that unsubscribes. */
  onArrival(listener: (item: NotificationItem) => void): () => void {
    this.#arrivals.add(listener);
    return () => this.#arrivals.delete(listener);
  }

  /** @returns the function that detaches it. */
  attach(stream: EventStream): () => void {
    const ends = [
      // After "reset" a resync follows at once. Its position is the one to fetch for.
      stream.on('connected', (data) => (data as Connected).resume !== 'reset' && void this.refresh()),
      stream.on('resync', () => void this.refresh()),
      stream.on('notification.created', (data) => this.#onCreated(data as NotificationItem)),
      stream.on('notification.updated', (data) => {
        const { id, patch, revision } = data as { id: string; patch: Partial<NotificationItem>; revision: number };
        this.#apply({ kind: 'patch', id, patch, revision });
      }),
      stream.on('notification.removed', (data) => this.#apply({ kind: 'removed', id: (data as { id: string }).id })),
      // Another device marked all as read, or undid that. The event does not list the items, there can be too many.
      stream.on('notification.marked', () => void this.refresh()),
      stream.on('notification.counts', (data) => this.counts.accept(data as Counts)),
    ];
    return () => {
      for (const end of ends) end();
      this.counts.dispose();
    };
  }

  async refresh(): Promise<void> {
    await Promise.all([this.page.refresh(), this.latest.refresh(), this.counts.refresh()]);
  }

  async change(id: string, operation: ItemOperation): Promise<void> {
    this.#accept(await this.api.change(id, operation));
  }

  async snooze(id: string, until: Date): Promise<void> {
    this.#accept(await this.api.snooze(id, until));
  }

  async remove(id: string): Promise<void> {
    await this.api.remove(id);
    this.#apply({ kind: 'removed', id });
  }

  /** Reports that the shown items have been seen. */
  async markSeen(items: readonly NotificationItem[]): Promise<void> {
    const unseen = items.filter(({ id, seenAt, isRead }) => seenAt === null && !isRead && !this.#reportedSeen.has(id));
    for (const { id } of unseen) remember(this.#reportedSeen, id);
    // One at a time: it is not urgent, and must not occupy the connections that the person's clicks need.
    for (const { id } of unseen) await this.change(id, 'seen');
  }

  /** Marks an item as read because its link was opened. Never throws. */
  async markOpened(item: NotificationItem): Promise<void> {
    if (item.isRead) return;
    await this.change(item.id, 'read').catch(() => {
      // The item is closed when the task is handled. Until then it stays unread, which does no harm.
    });
  }

  async readAll(category: string): Promise<void> {
    const { undoToken } = await this.api.readAll(category);
    this.#undo = { token: undoToken, untilMs: Date.now() + UNDO_MS };
    this.changed();
    await this.refresh();
  }

  async undoReadAll(): Promise<void> {
    const undo = this.#undo;
    if (undo === null) return;
    this.#undo = null;
    this.changed();
    try {
      await this.api.undo(undo.token);
    } catch (fault) {
      if (fault instanceof ApiProblem && fault.status === 404) throw new ApiProblem(404, 'undo_expired', fault.detail);
      throw fault;
    }
    await this.refresh();
  }

  forgetUndo(): void {
    this.#undo = null;
    this.changed();
  }

  #onCreated(item: NotificationItem): void {
    this.#apply({ kind: 'item', item, isNew: true });
    if (this.#announced.has(item.id)) return;
    remember(this.#announced, item.id);
    if (item.isRead) return;
    if (item.audience !== 'users') this.counts.countOneMore();
    for (const listener of this.#arrivals) listener(item);
  }

  #accept(item: NotificationItem): void {
    this.#apply({ kind: 'item', item, isNew: false });
  }

  #apply(change: InboxChange): void {
    this.page.apply(change);
    this.latest.apply(change);
  }
}

/** Adds an id to a set that forgets its oldest ones. */
function remember(ids: Set<string>, id: string): void {
  ids.add(id);
  const [oldest] = ids;
  if (ids.size > MAX_REMEMBERED_IDS && oldest !== undefined) ids.delete(oldest);
}
