import { Inject, Injectable } from '@nestjs/common';
import { ID_GENERATOR, type IdGenerator } from '@nest-herald/platform';
import type { Page } from '@nest-herald/platform/http';
import { SseBroker, userKey } from '@nest-herald/sse';
import type { EntityManager } from 'typeorm';
import { personalPatch, type ItemOperation, type NotificationItem } from '../notification/notification.js';
import {
  NOTIFICATION_EVENTS,
  type NotificationCounts,
  type NotificationMarked,
  type NotificationRemoved,
  type NotificationUpdated,
} from '../notification/notification-events.js';
import { NotificationRefusal, unknownNotification } from '../errors/notification.errors.js';
import { countInbox, countVisible, currentRev } from '../store/counts.js';
import { changeItems, readItems, type ChangeOutcome, type ItemChange } from '../store/item-changes.js';
import { itemOf } from '../store/item-row.js';
import { cursorAt, filterOf, type ListQuery } from '../schemas/list-query.js';
import { markAll, raiseRevision, unmarkAll } from '../store/user-state.js';
import { MAX_BULK } from '../schemas/bulk.js';
import { visible, type InboxFilter, type Reader, type VisibleRow } from '../store/visible.js';

/** How long "mark all read" can be undone. */
const UNDO_WINDOW_MS = 600_000;

/**
 * One person's inbox. Every method runs inside the caller's transaction, which must belong to the reader's tenant. A
 * notification that the reader cannot see is answered as if it did not exist.
 */
@Injectable()
export class InboxService {
  constructor(
    private readonly broker: SseBroker,
    @Inject(ID_GENERATOR) private readonly ids: IdGenerator,
  ) {}

  /** A page, newest first. Pages neither skip nor repeat items when notifications arrive in between. */
  async list(manager: EntityManager, reader: Reader, query: ListQuery): Promise<Page<NotificationItem>> {
    const { sql, parameters } = visible(reader, filterOf(query), query.limit + 1, 'all');
    const rows: VisibleRow[] = await manager.query(sql, [...parameters]);
    const page = rows.slice(0, query.limit);
    const last = page.at(-1);
    const hasMore = rows.length > query.limit;
    return {
      items: page.map(itemOf),
      nextCursor: hasMore && last ? cursorAt(last.position) : null,
      hasMore,
      ...(query.total === true ? { total: await countVisible(manager, reader, filterOf(query)) } : {}),
    };
  }

  /** @throws NotificationRefusal 404 when this reader cannot see it. */
  async get(manager: EntityManager, reader: Reader, id: string): Promise<NotificationItem> {
    const [item] = await readItems(manager, reader, [id]);
    if (item === undefined) throw unknownNotification();
    return item;
  }

  /** Unread and unseen, counted from the rows. */
  async counts(manager: EntityManager, reader: Reader): Promise<NotificationCounts> {
    return countInbox(manager, reader);
  }

  /**
   * Executes an operation on one notification and publishes the change to the reader's devices.
   * @param expectedRevision `If-Match`.
   * @returns the item after the operation; a deleted item as it was before.
   * @throws NotificationRefusal 404, 409 `ack_required` | `ack_not_asked`, 412 `precondition_failed`.
   */
  async change(
    manager: EntityManager,
    reader: Reader,
    id: string,
    operation: ItemOperation,
    expectedRevision?: number,
  ): Promise<NotificationItem> {
    const outcome = await changeItems(manager, reader, [id], operation, expectedRevision);
    throwIfRefused(outcome);
    await this.publishChanges(manager, reader, outcome.changes);
    const item = outcome.items[0] ?? outcome.changes[0]?.before;
    if (item === undefined) throw unknownNotification();
    return item;
  }

  /** The same for several. Ids that the reader cannot see are skipped. @returns how many items changed. */
  async changeMany(
    manager: EntityManager,
    reader: Reader,
    ids: readonly string[],
    operation: ItemOperation,
  ): Promise<number> {
    const outcome = await changeItems(manager, reader, [...new Set(ids)], operation);
    throwIfRefused(outcome);
    await this.publishChanges(manager, reader, outcome.changes);
    return outcome.changes.length;
  }

  /**
   * The same for all items that a filter shows, at most {@link MAX_BULK}.
   * @throws NotificationRefusal 413 `too_many_items`, before any item is changed.
   */
  async changeFiltered(
    manager: EntityManager,
    reader: Reader,
    filter: InboxFilter,
    operation: ItemOperation,
  ): Promise<number> {
    const { sql, parameters } = visible(reader, filter, MAX_BULK + 1, 'state');
    const rows: { id: string }[] = await manager.query(sql, [...parameters]);
    if (rows.length > MAX_BULK) {
      throw new NotificationRefusal(
        'too_many_items',
        `The filter shows more than ${MAX_BULK} notifications. Narrow it, for example with from and to.`,
      );
    }
    const ids = rows.map(({ id }) => id);
    return ids.length === 0 ? 0 : this.changeMany(manager, reader, ids, operation);
  }

  /**
   * Marks everything, or one category, as read and seen with one row. A notification that commits later is unread.
   * @throws NotificationRefusal 409 `too_many_categories`.
   */
  async readAll(
    manager: EntityManager,
    reader: Reader,
    category: string | undefined,
  ): Promise<{ readonly undoToken: string; readonly rev: string }> {
    await raiseRevision(manager, reader);
    const undoToken = this.ids.random(18);
    const mark = { category: category ?? '', undoToken, undoWindowMs: UNDO_WINDOW_MS };
    if (!(await markAll(manager, reader, mark))) {
      throw new NotificationRefusal(
        'too_many_categories',
        'You have marked too many different categories as read. Mark the whole inbox instead.',
      );
    }
    await this.publishMark(manager, reader, { category: category ?? null, undone: false });
    return { undoToken, rev: await currentRev(manager, reader) };
  }

  /** Undoes a mark that is at most ten minutes old. @throws NotificationRefusal 404 when there is no such mark. */
  async undo(manager: EntityManager, reader: Reader, undoToken: string): Promise<{ readonly rev: string }> {
    await raiseRevision(manager, reader);
    const category = await unmarkAll(manager, reader, undoToken);
    if (category === null) {
      throw new NotificationRefusal(
        'not_found',
        'There is nothing to undo: the token is unknown, used or more than ten minutes old.',
      );
    }
    await this.publishMark(manager, reader, { category: category === '' ? null : category, undone: true });
    return { rev: await currentRev(manager, reader) };
  }

  private async publishMark(manager: EntityManager, reader: Reader, data: NotificationMarked): Promise<void> {
    const to = { tenantId: reader.tenantId, audience: userKey(reader.userId) };
    await this.broker.publish(manager, to, { event: NOTIFICATION_EVENTS.marked, data });
  }

  private async publishChanges(manager: EntityManager, reader: Reader, changes: readonly ItemChange[]): Promise<void> {
    if (changes.length === 0) return;
    await raiseRevision(manager, reader);
    const to = { tenantId: reader.tenantId, audience: userKey(reader.userId) };
    for (const { before, after } of changes) {
      if (after === null) {
        const data: NotificationRemoved = { id: before.id, reason: 'deleted' };
        await this.broker.publish(manager, to, { event: NOTIFICATION_EVENTS.removed, data });
      } else {
        const patch = personalPatch(before, after);
        const data: NotificationUpdated = { id: after.id, patch, revision: after.revision };
        await this.broker.publish(manager, to, { event: NOTIFICATION_EVENTS.updated, data });
      }
    }
  }
}

function throwIfRefused({ refused }: ChangeOutcome): void {
  if (refused === undefined) return;
  if (refused.why === 'ack-required') {
    throw new NotificationRefusal(
      'ack_required',
      'This notification requires an acknowledgement. Acknowledge it before you archive or delete it.',
    );
  }
  if (refused.why === 'ack-not-asked') {
    throw new NotificationRefusal('ack_not_asked', 'This notification does not require an acknowledgement.');
  }
  throw new NotificationRefusal(
    'precondition_failed',
    `The notification is now at revision ${refused.item.revision}. Reload it and retry.`,
  );
}
