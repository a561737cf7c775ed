/** What a notification is and what may be done with it: no database, no clock, no framework. */

/** Kinds of notification. */
export const NOTIFICATION_TYPES = ['system', 'approval', 'task', 'message', 'alert'] as const;

/** See {@link NOTIFICATION_TYPES}. */
export type NotificationType = (typeof NOTIFICATION_TYPES)[number];

/** How urgent it is, least first. Words everywhere; the index is the number in the database. */
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;

/** See {@link PRIORITIES}. */
export type Priority = (typeof PRIORITIES)[number];

/** @returns the number that the database keeps. */
export function priorityRank(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}

/** @throws RangeError for a number that no priority has. */
export function priorityOf(rank: number): Priority {
  const priority = PRIORITIES[rank];
  if (priority === undefined) throw new RangeError(`A priority is 0 to ${PRIORITIES.length - 1}; got ${rank}.`);
  return priority;
}

/** Something a reader can do right in the notification; at most four. */
export interface NotificationAction {
  /** Unique in its notification. */
  readonly key: string;
  readonly label: string;
  /** `link` opens `href`; the page does it, the server is not asked. */
  readonly type: 'link';
  /** A path of the host's own pages, or an http(s) address. */
  readonly href: string;
}

/** What a notification says, the same for everybody who gets it. Times are ISO 8601 in UTC. */
export interface NotificationContent {
  /** The message's id, one for all recipients (UUIDv7). */
  readonly id: string;
  readonly type: NotificationType;
  /** What counts and "mark all read" group by; the type where the sender gave none. */
  readonly category: string;
  readonly priority: Priority;
  readonly title: string;
  readonly content: string | null;
  readonly link: string | null;
  readonly data: unknown;
  readonly actions: readonly NotificationAction[];
  /** Who sent it; null for the system. */
  readonly actorId: string | null;
  readonly relatedType: string | null;
  readonly relatedId: string | null;
  readonly requiresAck: boolean;
  readonly createdAt: string;
  readonly expiresAt: string | null;
}

/** What one person has of a notification. */
export interface PersonalState {
  readonly isRead: boolean;
  readonly seenAt: string | null;
  readonly readAt: string | null;
  readonly archivedAt: string | null;
  readonly snoozedUntil: string | null;
  readonly ackedAt: string | null;
  /** Events that were folded into this one item. */
  readonly collapseCount: number;
  /** Rises by one with every change that its owner makes. */
  readonly revision: number;
}

/** A notification as one person sees it. */
export interface NotificationItem extends NotificationContent, PersonalState {
  /** `users` when the person was named, else the audience key through which they see it. */
  readonly audience: string;
}

/** The state of a notification that its reader has not touched. */
export const UNTOUCHED: PersonalState = {
  isRead: false,
  seenAt: null,
  readAt: null,
  archivedAt: null,
  snoozedUntil: null,
  ackedAt: null,
  collapseCount: 1,
  revision: 1,
};

/** Which part of an inbox a list shows; `inbox` is everything not archived and not snoozed. */
export const INBOX_STATES = ['inbox', 'unread', 'read', 'archived', 'snoozed', 'all'] as const;

/** See {@link INBOX_STATES}. */
export type InboxState = (typeof INBOX_STATES)[number];

/** Everything that a reader can do with one notification. */
export type ItemOperation =
  | { readonly op: 'read' | 'unread' | 'seen' | 'archive' | 'unarchive' | 'unsnooze' | 'ack' | 'delete' }
  | { readonly op: 'snooze'; readonly until: Date };

/** What an operation means for an item as it is now. */
export type OperationVerdict = 'change' | 'nothing-to-do' | 'ack-required' | 'ack-not-asked';

/**
 * Decides whether an operation changes an item. Operations are idempotent: what is so already is not an error.
 * A notification that asks for an acknowledgement can be neither archived nor deleted before it was given.
 */
export function judge(item: NotificationItem, operation: ItemOperation): OperationVerdict {
  const change = (needed: boolean): OperationVerdict => (needed ? 'change' : 'nothing-to-do');
  const unacknowledged = item.requiresAck && item.ackedAt === null;
  switch (operation.op) {
    case 'read':
      return change(!item.isRead);
    case 'unread':
      return change(item.isRead);
    case 'seen':
      return change(item.seenAt === null && !item.isRead);
    case 'archive':
      return unacknowledged ? 'ack-required' : change(item.archivedAt === null);
    case 'unarchive':
      return change(item.archivedAt !== null);
    case 'snooze':
      return change(item.snoozedUntil !== operation.until.toISOString());
    case 'unsnooze':
      return change(item.snoozedUntil !== null);
    case 'ack':
      return item.requiresAck ? change(item.ackedAt === null) : 'ack-not-asked';
    case 'delete':
      return unacknowledged ? 'ack-required' : 'change';
  }
}

/** The personal fields in which two views of the same notification differ; what `notification.updated` carries. */
export function personalPatch(before: PersonalState, after: PersonalState): Partial<PersonalState> {
  const patch: Record<string, unknown> = {};
  for (const field of Object.keys(UNTOUCHED) as (keyof PersonalState)[]) {
    if (field !== 'revision' && before[field] !== after[field]) patch[field] = after[field];
  }
  return patch;
}

/** Bytes of content that an event carries; the rest is read with `GET /:id`. */
export const EVENT_CONTENT_BYTES = 2_048;

/** Cuts text to at most so many bytes of UTF-8, never inside a character. */
export function cutToBytes(text: string, maxBytes: number): { readonly text: string; readonly cut: boolean } {
  // A UTF-16 unit is at most three bytes: most texts are decided without counting.
  if (text.length * 3 <= maxBytes) return { text, cut: false };
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (bytes > maxBytes) return { text: text.slice(0, end), cut: true };
    end += character.length;
  }
  return { text, cut: false };
}
