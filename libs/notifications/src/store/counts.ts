import type { EntityManager } from 'typeorm';
import type { NotificationCounts } from '../notification/notification-events.js';
import { visible, type InboxFilter, type Reader } from './visible.js';

/** The largest count; beyond it pages show "999+". */
export const COUNT_CAP = 999;

interface RevRow {
  readonly rev: string;
  readonly newest: string | null;
}

interface CountsRow extends RevRow {
  readonly categories: readonly { readonly category: string; readonly unread: number; readonly unseen: number }[];
}

/** The person's own revision, and the newest notification that reached them by an audience; see `NotificationCounts.rev`. */
const REV_COLUMNS = `
  coalesce((select rev from herald.ntf_user_state where tenant_id = $1 and user_id = $2 and category = ''), 0) as rev,
  (select newest.id from unnest($3::text[]) as held(key) cross join lateral (
     select a.message_id as id from herald.ntf_audience a
      where a.tenant_id = $1 and a.key = held.key order by a.message_id desc limit 1) newest
    order by newest.id desc limit 1) as newest`;

/**
 * Counts unread and unseen items in an inbox from the rows, because a counter could drift. It reads at most
 * {@link COUNT_CAP} + 1 rows. One statement, so counts and `rev` belong to the same moment.
 */
export async function countInbox(manager: EntityManager, reader: Reader): Promise<NotificationCounts> {
  const { sql, parameters } = visible(reader, { state: 'unread' }, COUNT_CAP + 1, 'state');
  const rows: CountsRow[] = await manager.query(
    `select ${REV_COLUMNS},
            coalesce((select json_agg(c) from (
               select category, count(*)::int as unread, count(*) filter (where seen_at is null)::int as unseen
                 from (${sql}) inbox group by category) c), '[]') as categories`,
    [...parameters],
  );
  const [row] = rows;
  if (row === undefined) throw new TypeError('The count returned no row.');
  const total = { unread: 0, unseen: 0 };
  const byCategory: Record<string, { unread: number; unseen: number }> = {};
  for (const { category, unread, unseen } of row.categories) {
    total.unread += unread;
    total.unseen += unseen;
    byCategory[category] = { unread: Math.min(unread, COUNT_CAP), unseen: Math.min(unseen, COUNT_CAP) };
  }
  return {
    unread: Math.min(total.unread, COUNT_CAP),
    unseen: Math.min(total.unseen, COUNT_CAP),
    capped: total.unread > COUNT_CAP,
    byCategory,
    rev: revText(row),
  };
}

/** The number of all items that a list shows, on any page. It is exact, so it reads every one of them. */
export async function countVisible(manager: EntityManager, reader: Reader, filter: InboxFilter): Promise<number> {
  const { before: _before, offset: _offset, ...whole } = filter;
  const { sql, parameters } = visible(reader, whole, null, 'state');
  const rows: { count: string }[] = await manager.query(`select count(*) from (${sql}) listed`, [...parameters]);
  return Number(rows[0]?.count ?? 0);
}

/** The revision alone, for answers that carry no counts. */
export async function currentRev(manager: EntityManager, reader: Reader): Promise<string> {
  const rows: RevRow[] = await manager.query(`select ${REV_COLUMNS}`, [
    reader.tenantId,
    reader.userId,
    [...reader.keys],
  ]);
  return revText(rows[0] ?? { rev: '0', newest: null });
}

function revText({ rev, newest }: RevRow): string {
  return `${rev}.${newest ?? '0'}`;
}
