import type { InboxFilter, NotificationItem } from '../api/notification.js';

/** The inbox without any narrowing. */
export const WHOLE_INBOX: InboxFilter = { state: 'inbox', category: '', priority: '', type: '', q: '' };

/** Whether an item belongs into a list with this filter, as `GET /api/v1/notifications` would decide. */
export function matches(item: NotificationItem, filter: InboxFilter): boolean {
  if (!isInState(item, filter)) return false;
  return matchesNarrowing(item, filter);
}

/**
 * Whether an item that is in the list already stays there after a change. Reading it does not take it away under the
 * reader's eyes: that happens when the list is fetched the next time.
 */
export function staysIn(item: NotificationItem, filter: InboxFilter): boolean {
  const state = filter.state === 'unread' || filter.state === 'read' ? 'inbox' : filter.state;
  return isInState(item, { ...filter, state }) && matchesNarrowing(item, filter);
}

function isInState(item: NotificationItem, { state }: InboxFilter): boolean {
  const archived = item.archivedAt !== null;
  const snoozed = item.snoozedUntil !== null;
  switch (state) {
    case 'archived':
      return archived;
    case 'snoozed':
      return snoozed && !archived;
    case 'inbox':
      return !archived && !snoozed;
    case 'unread':
      return !archived && !snoozed && !item.isRead;
    case 'read':
      return !archived && !snoozed && item.isRead;
    default:
      return state satisfies never;
  }
}

function matchesNarrowing(item: NotificationItem, { category, priority, type, q }: InboxFilter): boolean {
  if (category !== '' && item.category !== category) return false;
  if (priority !== '' && item.priority !== priority) return false;
  if (type !== '' && item.type !== type) return false;
  if (q === '') return true;
  return `${item.title}\n${item.content ?? ''}`.toLowerCase().includes(q.toLowerCase());
}
