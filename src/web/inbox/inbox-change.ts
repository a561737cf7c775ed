import type { InboxFilter, NotificationItem } from '../api/notification.js';
import { matches, staysIn } from './inbox-filter.js';

/** A change of the inbox, from the stream or from the response to the person's own action. */
export type InboxChange =
  | { readonly kind: 'item'; readonly item: NotificationItem; readonly isNew: boolean }
  | {
      readonly kind: 'patch';
      readonly id: string;
      readonly patch: Partial<NotificationItem>;
      readonly revision: number;
    }
  | { readonly kind: 'removed'; readonly id: string };

/** A list after a change. `stale` means that only the service knows where the item belongs. */
export interface ChangedList {
  readonly items: readonly NotificationItem[];
  readonly stale: boolean;
}

/**
 * Applies a change to a fetched list. Matching by id prevents duplicates. Comparing revisions prevents an older state from
 * overwriting a newer one, in whatever order events and responses arrive.
 */
export function applyChange(items: readonly NotificationItem[], change: InboxChange, filter: InboxFilter): ChangedList {
  const id = change.kind === 'item' ? change.item.id : change.id;
  const index = items.findIndex((item) => item.id === id);
  const known = items[index];
  if (change.kind === 'removed') {
    return { items: known === undefined ? items : items.toSpliced(index, 1), stale: false };
  }
  if (known === undefined) {
    if (change.kind === 'patch') return { items, stale: mayReturnToList(change.patch) };
    if (!matches(change.item, filter)) return { items, stale: false };
    return change.isNew ? { items: [change.item, ...items], stale: false } : { items, stale: true };
  }
  if ((change.kind === 'item' ? change.item.revision : change.revision) < known.revision) {
    return { items, stale: false };
  }
  const next: NotificationItem =
    change.kind === 'item' ? change.item : { ...known, ...change.patch, revision: change.revision };
  if (!staysIn(next, filter)) return { items: items.toSpliced(index, 1), stale: false };
  if (next.collapseCount > known.collapseCount) return { items: [next, ...items.toSpliced(index, 1)], stale: false };
  return { items: items.with(index, next), stale: false };
}

/** Whether a change from elsewhere (another tab, a timer) can return an item to a list that does not contain it. */
function mayReturnToList(patch: Partial<NotificationItem>): boolean {
  return 'archivedAt' in patch || 'snoozedUntil' in patch || 'isRead' in patch || 'readAt' in patch;
}
