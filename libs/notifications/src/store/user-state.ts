import type { EntityManager } from 'typeorm';
import type { Reader } from './visible.js';

/** Most categories with a mark of their own, for one person. */
const MAX_MARKED_CATEGORIES = 200;

/**
 * Increases a person's revision and locks the row until the transaction ends, so that the next change of this person, on any
 * device, comes after. Lock item rows first and this row after them, never the reverse.
 * @returns the new revision.
 */
export async function raiseRevision(manager: EntityManager, reader: Reader): Promise<string> {
  const rows: { rev: string }[] = await manager.query(
    `insert into herald.ntf_user_state (tenant_id, user_id, category, rev) values ($1, $2, '', 1)
     on conflict (tenant_id, user_id, category) do update set rev = herald.ntf_user_state.rev + 1
     returning rev`,
    [reader.tenantId, reader.userId],
  );
  return String(rows[0]?.rev);
}

/**
 * Marks everything, or one category, as read and seen with one row. A notification that commits later is not covered.
 * The caller must have locked the revision with {@link raiseRevision}, so that marks of one person never go backwards.
 * @returns false when this person already has marks of too many categories.
 */
export async function markAll(
  manager: EntityManager,
  reader: Reader,
  mark: { readonly category: string; readonly undoToken: string; readonly undoWindowMs: number },
): Promise<boolean> {
  const rows: unknown[] = await manager.query(
    `insert into herald.ntf_user_state as s
       (tenant_id, user_id, category, read_snapshot, read_marked_at, seen_snapshot, seen_marked_at, undo_token, undo_until)
     select $1, $2, $3, pg_current_snapshot(), clock_timestamp(), pg_current_snapshot(), clock_timestamp(), $4,
            clock_timestamp() + make_interval(secs => $5)
      where (select count(*) from herald.ntf_user_state where tenant_id = $1 and user_id = $2) <= $6
         or exists (select from herald.ntf_user_state where tenant_id = $1 and user_id = $2 and category = $3)
     on conflict (tenant_id, user_id, category) do update set
       previous_read_snapshot = s.read_snapshot, previous_read_marked_at = s.read_marked_at,
       read_snapshot = excluded.read_snapshot, read_marked_at = excluded.read_marked_at,
       seen_snapshot = excluded.seen_snapshot, seen_marked_at = excluded.seen_marked_at,
       undo_token = excluded.undo_token, undo_until = excluded.undo_until
     returning 1`,
    [reader.tenantId, reader.userId, mark.category, mark.undoToken, mark.undoWindowMs / 1000, MAX_MARKED_CATEGORIES],
  );
  return rows.length > 0;
}

/**
 * Undoes the newest mark of its scope. Items that were read one by one stay read, and seen items stay seen.
 * @returns the marked category, '' for the whole inbox; null for a token that is unknown, used, too old, or followed by
 * another mark of the same scope.
 */
export async function unmarkAll(manager: EntityManager, reader: Reader, undoToken: string): Promise<string | null> {
  const [rows]: [{ category: string }[], number] = await manager.query(
    `update herald.ntf_user_state set read_snapshot = previous_read_snapshot, read_marked_at = previous_read_marked_at,
       previous_read_snapshot = null, previous_read_marked_at = null, undo_token = null, undo_until = null
     where tenant_id = $1 and user_id = $2 and undo_token = $3 and undo_until > clock_timestamp()
     returning category`,
    [reader.tenantId, reader.userId, undoToken],
  );
  return rows[0]?.category ?? null;
}
