/** A notification and the rules of its operations, without database, clock or framework. */

/** Kinds of notification. */
export const NOTIFICATION_TYPES = ['system', 'approval', 'task', 'message', 'alert'] as const;

/** See {@link NOTIFICATION_TYPES}. */
export type NotificationType = (typeof NOTIFICATION_TYPES)[number];

/** Priorities, least urgent first. The index is the number in the database. */
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;

/** See {@link PRIORITIES}. */
export type Priority = (typeof PRIORITIES)[number];

/** @returns the number in the database. */
export function priorityRank(priority: Priority): number {
  return PRIORITIES.indexOf(priority);
}

/** @throws RangeError when no priority has this number. */
export function priorityOf(rank: number): Priority {
  const priority = PRIORITIES[rank];
  if (priority === undefined) throw new RangeError(`A priority is 0 to ${PRIORITIES.length - 1}; got ${rank}.`);
  return priority;
}

/** A button of a notification; at most four. */
export interface NotificationAction {
  /** Unique in its notification. */
  readonly key: string;
  readonly label: string;
  /** `link` opens `href` in the page, without a request to this server. */
  readonly type: 'link';
  /** A path on the host's pages, or an http(s) address. */
  readonly href: string;
}

/** The content of a notification, the same for all recipients. Times are ISO 8601 in UTC. */
export interface NotificationContent {
  /** One id for all recipients (UUIDv7). */
  readonly id: string;
  readonly type: NotificationType;
  /** The group for counts and "mark all read". @defaultValue the type */
  readonly category: string;
  readonly priority: Priority;
  readonly title: string;
  readonly content: string | null;
  readonly link: string | null;
  readonly data: unknown;
  readonly actions: readonly NotificationAction[];
  /** The sender; null for the system. */
  readonly actorId: string | null;
  readonly relatedType: string | null;
  readonly relatedId: string | null;
  readonly requiresAck: boolean;
  readonly createdAt: string;
  readonly expiresAt: string | null;
}

/** The state of a notification for one person. */
export interface PersonalState {
  readonly isRead: boolean;
  readonly seenAt: string | null;
  readonly readAt: string | null;
  readonly archivedAt: string | null;
  readonly snoozedUntil: string | null;
  readonly ackedAt: string | null;
  /** Number of events that this item combines. */
  readonly collapseCount: number;
  /** Increases by one with every change by its owner. */
  readonly revision: number;
}

/** A notification as one person sees it. */
export interface NotificationItem extends NotificationContent, PersonalState {
  /** `users` when the person was named; otherwise the audience key that reached them. */
  readonly audience: string;
}

/** The state of a notification that its reader has not changed. */
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

/** The part of an inbox that a list shows. `inbox` is everything that is neither archived nor snoozed. */
export const INBOX_STATES = ['inbox', 'unread', 'read', 'archived', 'snoozed', 'all'] as const;

/** See {@link INBOX_STATES}. */
export type InboxState = (typeof INBOX_STATES)[number];

/** An operation of a reader on one notification. */
export type ItemOperation =
  | { readonly op: 'read' | 'unread' | 'seen' | 'archive' | 'unarchive' | 'unsnooze' | 'ack' | 'delete' }
  | { readonly op: 'snooze'; readonly until: Date };

/** The effect of an operation on an item. */
export type OperationVerdict = 'change' | 'nothing-to-do' | 'ack-required' | 'ack-not-asked';

/**
 * Decides whether an operation changes an item. Operations are idempotent: a repeat is not an error.
 * A notification that requires an acknowledgement can be neither archived nor deleted before it is acknowledged.
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

/** The personal fields that differ between two states; the patch of `notification.updated`. */
export function personalPatch(before: PersonalState, after: PersonalState): Partial<PersonalState> {
  const patch: Record<string, unknown> = {};
  for (const field of Object.keys(UNTOUCHED) as (keyof PersonalState)[]) {
    if (field !== 'revision' && before[field] !== after[field]) patch[field] = after[field];
  }
  return patch;
}

/** Most bytes of content in an event. `GET /:id` returns the rest. */
export const EVENT_CONTENT_BYTES = 2_048;

/** Cuts text to at most `maxBytes` of UTF-8, never inside a character. */
export function cutToBytes(text: string, maxBytes: number): { readonly text: string; readonly cut: boolean } {
  // A UTF-16 unit is at most three bytes, so most texts need no counting.
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
