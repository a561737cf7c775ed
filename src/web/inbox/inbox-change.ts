import type { NotificationItem } from '../api/notification.js';
import { matches, staysIn } from './inbox-filter.js';
import type { InboxFilter } from '../api/notification.js';

/** A change of the inbox, from the stream or as the answer to something the person did. */
export type InboxChange =
  | { readonly kind: 'item'; readonly item: NotificationItem; readonly isNew: boolean }
  | {
      readonly kind: 'patch';
      readonly id: string;
      readonly patch: Partial<NotificationItem>;
      readonly revision: number;
    }
  | { readonly kind: 'removed'; readonly id: string };

/** A list after a change; `stale` when only the service knows where the item belongs. */
export interface ChangedList {
  readonly items: readonly NotificationItem[];
  readonly stale: boolean;
}

/**
 * Applies a change to a fetched list: by id, so nothing stands in it twice; by revision, so what is older never
 * overwrites what is newer, in whichever order the stream and the answers arrive.
 */
export function applyChange(items: readonly NotificationItem[], change: InboxChange, filter: InboxFilter): ChangedList {
  const id = change.kind === 'item' ? change.item.id : change.id;
  const index = items.findIndex((item) => item.id === id);
  const known = items[index];
  if (change.kind === 'removed') {
    return { items: known === undefined ? items : items.toSpliced(index, 1), stale: false };
  }
  if (known === undefined) {
    if (change.kind === 'patch') return { items, stale: mayBringBack(change.patch) };
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

/** A change elsewhere (another tab, a timer) that can put an item that this list does not hold back into it. */
function mayBringBack(patch: Partial<NotificationItem>): boolean {
  return 'archivedAt' in patch || 'snoozedUntil' in patch || 'isRead' in patch || 'readAt' in patch;
}
