import { cutToBytes, EVENT_CONTENT_BYTES, type NotificationItem, type PersonalState } from './notification.js';

/** Names of the events of notifications. All but `counts` are durable. */
export const NOTIFICATION_EVENTS = Object.freeze({
  /** A person has a new notification. Data: {@link NotificationCreated}. */
  created: 'notification.created',
  /** The owner changed their own state of a notification; to all their devices. Data: {@link NotificationUpdated}. */
  updated: 'notification.updated',
  /** A notification left an inbox for good. Data: {@link NotificationRemoved}. */
  removed: 'notification.removed',
  /** The owner marked everything, or one category, as read, or undid that. Data: {@link NotificationMarked}. */
  marked: 'notification.marked',
  /** Unread and unseen now; ephemeral. Data: {@link NotificationCounts}. */
  counts: 'notification.counts',
} as const);

const { counts: _ephemeral, ...durable } = NOTIFICATION_EVENTS;

/** Event types after which the counts of a person may differ. */
export const COUNTED_EVENTS: ReadonlySet<string> = new Set(Object.values(durable));

/** Data of `notification.created`: the item, with its content cut at 2 KiB. */
export type NotificationCreated = NotificationItem & { readonly contentTruncated: boolean };

/** Data of `notification.updated`. */
export interface NotificationUpdated {
  readonly id: string;
  /** The personal fields that changed. */
  readonly patch: Partial<PersonalState>;
  readonly revision: number;
}

/** Data of `notification.removed`: the reader deleted it, or the sender revoked it. */
export interface NotificationRemoved {
  readonly id: string;
  readonly reason: 'deleted' | 'revoked';
}

/** Data of `notification.marked`. A page reloads its list, or marks the items in place. */
export interface NotificationMarked {
  /** null for the whole inbox. */
  readonly category: string | null;
  /** The mark was undone. */
  readonly undone: boolean;
}

/** Data of `notification.counts`, and the answer of `GET /counts`. */
export interface NotificationCounts {
  /** Unread items in the inbox, at most 999. */
  readonly unread: number;
  /** Items in the inbox that are neither seen nor read, at most 999. */
  readonly unseen: number;
  /** There are more than 999 unread items, so every number means "at least". */
  readonly capped: boolean;
  readonly byCategory: Readonly<Record<string, { readonly unread: number; readonly unseen: number }>>;
  /**
   * `<n>.<id>`: n increases with every change that the person makes on any device; id is the newest notification that
   * reached them by an audience (`0` for none). Of two answers, the one with the greater n is newer.
   */
  readonly rev: string;
}

/** @returns the data of `notification.created` for an item. */
export function createdData(item: NotificationItem): NotificationCreated {
  if (item.content === null) return { ...item, contentTruncated: false };
  const { text, cut } = cutToBytes(item.content, EVENT_CONTENT_BYTES);
  return { ...item, content: text, contentTruncated: cut };
}
