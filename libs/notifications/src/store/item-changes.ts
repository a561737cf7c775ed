import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import {
  judge,
  type ItemOperation,
  type NotificationItem,
  type OperationVerdict,
} from '../notification/notification.js';
import { itemOf } from './item-row.js';
import { visible, type Reader, type VisibleRow } from './visible.js';

/** One item before and after an operation. */
export interface ItemChange {
  readonly before: NotificationItem;
  /** The item after the operation; null when it was deleted. */
  readonly after: NotificationItem | null;
}

/** Why an operation was refused: by a rule, or because the item has another revision than the caller expected. */
export type RefusalReason = 'stale' | Exclude<OperationVerdict, 'change' | 'nothing-to-do'>;

/** The result of an operation on some notifications of one person. */
export interface ChangeOutcome {
  /** The requested items that the person can see, after the operation. */
  readonly items: readonly NotificationItem[];
  /** The changed items. */
  readonly changes: readonly ItemChange[];
  /** The first refusal. Nothing was written then. */
  readonly refused?: { readonly item: NotificationItem; readonly why: RefusalReason };
}

/** The assignments of each operation. Only a snooze has `$5`, and only a snooze and its end have `$4`. Times are the database's. */
const SET: Readonly<Record<ItemOperation['op'], string>> = {
  read: 'read_at = clock_timestamp(), seen_at = coalesce(seen_at, clock_timestamp())',
  unread: 'read_at = null, unread_xid = pg_current_xact_id()',
  seen: 'seen_at = clock_timestamp()',
  archive: 'archived_at = clock_timestamp()',
  unarchive: 'archived_at = null',
  // The item returns as new: unread, and sorted by the time at which the snooze ends.
  snooze: 'snoozed_until = $4, position = $5, read_at = null, seen_at = null, unread_xid = pg_current_xact_id()',
  unsnooze: 'snoozed_until = null, position = $4',
  ack: 'acked_at = clock_timestamp()',
  delete: 'deleted_at = clock_timestamp()',
};

/**
 * Executes one operation on some notifications of one person, all or none. Rows are locked in the order of their ids, so two
 * devices of one person wait for each other and never deadlock. Each decides on rows that it has locked.
 *
 * @param expectedRevision refuses the operation for an item with another revision (`If-Match`).
 */
export async function changeItems(
  manager: EntityManager,
  reader: Reader,
  ids: readonly string[],
  operation: ItemOperation,
  expectedRevision?: number,
): Promise<ChangeOutcome> {
  const decide = (item: NotificationItem) => ({
    item,
    why:
      expectedRevision === undefined || expectedRevision === item.revision
        ? judge(item, operation)
        : ('stale' as const),
  });
  const seen = await readItems(manager, reader, ids);
  // Most repeats end here. They take no lock and write nothing.
  if (seen.every((item) => decide(item).why === 'nothing-to-do')) return { items: seen, changes: [] };

  // Only a visible item gets a row. A row of its own would show an item that the directory hides.
  const visibleIds = seen.map((item) => item.id);
  await lockItems(manager, reader, visibleIds);
  const locked = await readItems(manager, reader, visibleIds);
  const verdicts = locked.map(decide);
  for (const { item, why } of verdicts) {
    if (why !== 'change' && why !== 'nothing-to-do') return { items: locked, changes: [], refused: { item, why } };
  }
  const due = verdicts.filter(({ why }) => why === 'change').map(({ item }) => item);
  if (due.length === 0) return { items: locked, changes: [] };

  await manager.query(
    `update herald.ntf_item set ${SET[operation.op]}, revision = revision + 1
      where tenant_id = $1 and user_id = $2 and message_id = any($3::uuid[])`,
    [reader.tenantId, reader.userId, due.map((item) => item.id), ...extraParameters(operation)],
  );
  const now = await readItems(manager, reader, visibleIds);
  const after = new Map(now.map((item) => [item.id, item]));
  return { items: now, changes: due.map((before) => ({ before, after: after.get(before.id) ?? null })) };
}

/** Notifications by id, in any state, that the reader can see. */
export async function readItems(
  manager: EntityManager,
  reader: Reader,
  ids: readonly string[],
): Promise<readonly NotificationItem[]> {
  const { sql, parameters } = visible(reader, { state: 'all', ids }, ids.length, 'all');
  const rows: VisibleRow[] = await manager.query(sql, [...parameters]);
  return rows.map(itemOf);
}

/**
 * Inserts a row for the person for each notification that reached them by an audience, and locks the rows. Such a row keeps
 * the transaction id of the notification, so that a mark that covered the shared notification still covers it.
 */
async function lockItems(manager: EntityManager, reader: Reader, ids: readonly string[]): Promise<void> {
  await manager.query(
    `insert into herald.ntf_item
       (tenant_id, user_id, message_id, position, created_xid, by_audience, category, priority)
     select m.tenant_id, $2, m.id, m.id, m.created_xid, true, m.category, m.priority
       from herald.ntf_message m
      where m.tenant_id = $1 and m.id = any($3::uuid[]) and m.revoked_at is null
        and exists (select from herald.ntf_audience a
              where a.tenant_id = $1 and a.message_id = m.id and a.key = any($4::text[]))
      order by m.id
     on conflict (tenant_id, user_id, message_id) do nothing`,
    [reader.tenantId, reader.userId, ids, [...reader.keys]],
  );
  await manager.query(
    `select from herald.ntf_item where tenant_id = $1 and user_id = $2 and message_id = any($3::uuid[])
      order by message_id for no key update`,
    [reader.tenantId, reader.userId, ids],
  );
}

function extraParameters(operation: ItemOperation): readonly unknown[] {
  if (operation.op === 'snooze') return [operation.until, uuidv7({ msecs: operation.until.getTime() })];
  return operation.op === 'unsnooze' ? [uuidv7()] : [];
}
