import type { EntityManager } from 'typeorm';
import type { PersonalState } from '../notification/notification.js';
import { raiseRevision } from '../store/user-state.js';

/** Records of one kind that notifications refer to. */
export interface RelatedRecords {
  readonly relatedType: string;
  readonly relatedIds: readonly string[];
}

/** One item that was archived. */
export interface ArchivedItem {
  readonly userId: string;
  readonly id: string;
  readonly patch: Partial<PersonalState>;
  readonly revision: number;
}

interface ClosedRow {
  readonly user_id: string;
  readonly message_id: string;
  readonly archived_at: Date;
  readonly read_at: Date;
  readonly seen_at: Date;
  readonly revision: number;
}

/**
 * Archives the items of named people about these records and marks them as read. An item that requires an acknowledgement
 * stays. Items are locked in the same order everywhere, and then their owners' revisions.
 */
export async function closeRelatedItems(
  manager: EntityManager,
  tenantId: string,
  { relatedType, relatedIds }: RelatedRecords,
): Promise<readonly ArchivedItem[]> {
  if (relatedIds.length === 0) return [];
  const open: { user_id: string; message_id: string }[] = await manager.query(
    `select i.user_id, i.message_id from herald.ntf_message m
       join herald.ntf_item i on i.tenant_id = m.tenant_id and i.message_id = m.id
      where m.tenant_id = $1 and m.related_type = $2 and m.related_id = any($3::text[]) and m.revoked_at is null
        and not m.requires_ack and i.tenant_id = $1 and i.archived_at is null and i.deleted_at is null
      order by i.user_id, i.message_id
        for no key update of i`,
    [tenantId, relatedType, relatedIds],
  );
  if (open.length === 0) return [];
  const [closed]: [ClosedRow[], number] = await manager.query(
    `update herald.ntf_item i set archived_at = clock_timestamp(), read_at = coalesce(read_at, clock_timestamp()),
            seen_at = coalesce(seen_at, clock_timestamp()), revision = revision + 1
       from unnest($2::text[], $3::uuid[]) as held(user_id, message_id)
      where i.tenant_id = $1 and i.user_id = held.user_id and i.message_id = held.message_id
      returning i.user_id, i.message_id, i.archived_at, i.read_at, i.seen_at, i.revision`,
    [tenantId, open.map((row) => row.user_id), open.map((row) => row.message_id)],
  );
  for (const userId of new Set(open.map((row) => row.user_id))) {
    await raiseRevision(manager, { tenantId, userId, keys: [] });
  }
  return closed.map((row) => ({
    userId: row.user_id,
    id: row.message_id,
    revision: row.revision,
    patch: {
      isRead: true,
      archivedAt: row.archived_at.toISOString(),
      readAt: row.read_at.toISOString(),
      seenAt: row.seen_at.toISOString(),
    },
  }));
}
