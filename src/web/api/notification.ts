/** Types of the notifications API, as far as the pages read them. */
export type NotificationType = 'system' | 'approval' | 'task' | 'message' | 'alert';
export type Priority = 'low' | 'normal' | 'high' | 'urgent';
export const NOTIFICATION_TYPES = ['message', 'task', 'approval', 'alert', 'system'] as const;
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;

/** A notification as one person sees it. Text fields are plain text and are only ever rendered as text. */
export interface NotificationItem {
  readonly id: string;
  readonly type: NotificationType;
  readonly category: string;
  readonly priority: Priority;
  readonly title: string;
  readonly content: string | null;
  /** Whether the live event left out part of a long content. `GET /:id` returns all of it. */
  readonly contentTruncated?: boolean;
  readonly link: string | null;
  readonly data: unknown;
  readonly actions: readonly NotificationAction[];
  readonly actorId: string | null;
  readonly relatedType: string | null;
  readonly relatedId: string | null;
  /** `users` if the person was addressed by name, else the audience key that includes them. */
  readonly audience: string;
  readonly requiresAck: boolean;
  readonly isRead: boolean;
  readonly seenAt: string | null;
  readonly readAt: string | null;
  readonly archivedAt: string | null;
  readonly snoozedUntil: string | null;
  readonly ackedAt: string | null;
  readonly collapseCount: number;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly revision: number;
}

/** A button of a notification. The page opens its address and does not call the service. */
export interface NotificationAction {
  readonly key: string;
  readonly label: string;
  readonly type: 'link';
  readonly href: string;
}

export interface Counts {
  readonly unread: number;
  readonly unseen: number;
  /** Whether the counts stop at 999. */
  readonly capped: boolean;
  readonly byCategory: Readonly<Record<string, { readonly unread: number; readonly unseen: number }>>;
  /** `<n>.<id>`. n increases with every change of the person's own rows. */
  readonly rev: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
}

export type InboxState = 'inbox' | 'unread' | 'read' | 'snoozed' | 'archived';
export const INBOX_STATES = ['inbox', 'unread', 'read', 'snoozed', 'archived'] as const;

/** What a list shows. An empty string means "any". */
export interface InboxFilter {
  readonly state: InboxState;
  readonly category: string;
  readonly priority: Priority | '';
  readonly type: NotificationType | '';
  readonly q: string;
}

export interface NewNotification {
  readonly to: { readonly users?: readonly string[]; readonly roles?: readonly string[]; readonly tenant?: true };
  readonly title: string;
  readonly content?: string;
  readonly type: NotificationType;
  readonly category?: string;
  readonly priority: Priority;
  readonly link?: string;
  readonly requiresAck?: boolean;
}

export interface SentNotification {
  readonly id: string;
  readonly mode?: 'materialised' | 'lazy';
  /** Number of recipients, or null for an audience that is fanned out on read. */
  readonly recipients?: number | null;
  readonly jobId?: string;
}
