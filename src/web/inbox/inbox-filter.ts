import type { InboxFilter, NotificationItem } from '../api/notification.js';

/** The inbox without criteria. */
export const WHOLE_INBOX: InboxFilter = { state: 'inbox', category: '', priority: '', type: '', q: '' };

/** Whether the filter asks for more than a state: an empty list then does not mean that nothing is left to read. */
export function isNarrowed({ category, priority, type, q }: InboxFilter): boolean {
  return category !== '' || priority !== '' || type !== '' || q !== '';
}

/** Whether an item belongs in a list with this filter. Same rule as `GET /api/v1/notifications`. */
export function matches(item: NotificationItem, filter: InboxFilter): boolean {
  if (!isInState(item, filter)) return false;
  return matchesCriteria(item, filter);
}

/**
 * Whether a listed item stays in the list after a change. An item that was just read stays until the next fetch, so that
 * it does not vanish while the person reads it.
 */
export function staysIn(item: NotificationItem, filter: InboxFilter): boolean {
  const state = filter.state === 'unread' || filter.state === 'read' ? 'inbox' : filter.state;
  return isInState(item, { ...filter, state }) && matchesCriteria(item, filter);
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

function matchesCriteria(item: NotificationItem, { category, priority, type, q }: InboxFilter): boolean {
  if (category !== '' && item.category !== category) return false;
  if (priority !== '' && item.priority !== priority) return false;
  if (type !== '' && item.type !== type) return false;
  if (q === '') return true;
  return `${item.title}\n${item.content ?? ''}`.toLowerCase().includes(q.toLowerCase());
}
