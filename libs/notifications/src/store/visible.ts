import type { AudienceKey } from '@nest-herald/sse';
import type { InboxState, NotificationType } from '../notification/notification.js';

/** The owner of an inbox: tenant and person from the verified token, keys from token and directory. */
export interface Reader {
  readonly tenantId: string;
  readonly userId: string;
  readonly keys: readonly AudienceKey[];
}

/** Filter of a list; all fields must match. */
export interface InboxFilter {
  readonly state: InboxState;
  readonly ids?: readonly string[];
  readonly type?: NotificationType;
  readonly category?: string;
  /** Rank, see `priorityRank`. */
  readonly priority?: number;
  readonly relatedType?: string;
  readonly relatedId?: string;
  /** Part of title or content, case-insensitive. */
  readonly text?: string;
  readonly from?: Date;
  readonly to?: Date;
  /** Only items that sort after this sort key. */
  readonly before?: string;
  /** How many of the newest items to skip. */
  readonly offset?: number;
}

/** SQL with its parameters in the order of their numbers. */
export interface Statement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** One row of {@link visible}. */
export interface VisibleRow {
  readonly id: string;
  readonly position: string;
  readonly audience: string;
  readonly read_at: Date | null;
  readonly seen_at: Date | null;
  readonly archived_at: Date | null;
  readonly snoozed_until: Date | null;
  readonly acked_at: Date | null;
  readonly collapse_count: number;
  readonly revision: number;
  readonly type: NotificationType;
  readonly category: string;
  readonly priority: number;
  readonly title: string;
  readonly content: string | null;
  readonly link: string | null;
  readonly data: unknown;
  readonly actions: unknown;
  readonly actor_id: string | null;
  readonly related_type: string | null;
  readonly related_id: string | null;
  readonly requires_ack: boolean;
  readonly created_at: Date;
  readonly expires_at: Date | null;
}

/** Columns that a list, a single read and the counts may ask for. */
const MESSAGE_COLUMNS = `m.type, m.category, m.priority, m.title, m.content, m.link, m.data, m.actions, m.actor_id,
  m.related_type, m.related_id, m.requires_ack, m.created_at, m.expires_at`;

/**
 * The time at which a "mark all read", of the inbox or of the category, covered a notification; null when none did. A mark is
 * a snapshot, not a time or an id: it never covers a notification that commits later, even one with an earlier id or
 * timestamp. "Mark unread" sets a new transaction id to compare, and a snooze that ends after the mark makes the item new.
 */
const markedAt = (kind: 'read' | 'seen', xid: string, wokeAt: string): string =>
  `(select min(k.${kind}_marked_at) from marks k where k.category in ('', m.category)
     and pg_visible_in_snapshot(${xid}, k.${kind}_snapshot)
     and (${wokeAt} is null or ${wokeAt} <= k.${kind}_marked_at))`;

const ITEM_XID = 'coalesce(i.unread_xid, i.created_xid)';
const ITEM_READ_AT = `coalesce(i.read_at, ${markedAt('read', ITEM_XID, 'i.snoozed_until')})`;
const ITEM_SEEN_AT = `coalesce(i.seen_at, ${markedAt('seen', ITEM_XID, 'i.snoozed_until')})`;
const SHARED_READ_AT = markedAt('read', 'm.created_xid', 'null::timestamptz');
const SHARED_SEEN_AT = markedAt('seen', 'm.created_xid', 'null::timestamptz');

/**
 * The notification of a row, read by key for each row of an index scan. Here and below, `offset 0` keeps the planner from
 * joining all notifications of the tenant with all rows of a person and sorting the result, which it prefers when it
 * expects few rows (measured with 100,000 items: 33 ms for a page, 3 ms with the ordered scan).
 */
const messageOf = (row: string): string =>
  `select * from herald.ntf_message where tenant_id = $1 and id = ${row}.message_id offset 0`;
const MESSAGE_OF_ITEM = messageOf('i');
const MESSAGE_OF_AUDIENCE = messageOf('a');

/** The smallest uuid, for a key that has no start. */
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

const CURRENT = `m.revoked_at is null and (m.expires_at is null or m.expires_at > now())`;
const NOT_SNOOZED = `(i.snoozed_until is null or i.snoozed_until <= now())`;

/** The condition of each state on a person's own row. */
const ITEM_STATE: Readonly<Record<InboxState, string>> = {
  inbox: `i.archived_at is null and ${NOT_SNOOZED}`,
  // The first three conditions repeat the predicate of the index ntf_item_unread, so counting uses it.
  unread: `i.read_at is null and i.archived_at is null and ${NOT_SNOOZED} and ${ITEM_READ_AT} is null`,
  read: `i.archived_at is null and ${NOT_SNOOZED} and ${ITEM_READ_AT} is not null`,
  archived: `i.archived_at is not null`,
  snoozed: `i.archived_at is null and i.snoozed_until > now()`,
  all: 'true',
};

/** The same for a shared notification that the person has not changed. */
const SHARED_STATE: Readonly<Record<InboxState, string>> = {
  inbox: 'true',
  unread: `${SHARED_READ_AT} is null`,
  read: `${SHARED_READ_AT} is not null`,
  archived: 'false',
  snoozed: 'false',
  all: 'true',
};

/**
 * Selects the newest `limit` notifications that a reader can see now, newest first, each once: those with a row of their own,
 * and those that one of their audience keys reaches and that they have not changed yet.
 *
 * A key of the directory counts from the moment at which the person got it: earlier notifications to the key stay invisible,
 * so a new colleague does not find years of notices. Keys that are only in the token have no such moment.
 *
 * Each branch has its own limit before the merge, so the cost of a page does not grow with the inbox. A row that came by an
 * audience still needs the key: a person who lost a role no longer sees what was sent to it.
 *
 * @param limit null for all, to count them.
 * @param columns `all` for items, `state` for counts.
 */
export function visible(
  reader: Reader,
  filter: InboxFilter,
  limit: number | null,
  columns: 'all' | 'state',
): Statement {
  const parameters: unknown[] = [reader.tenantId, reader.userId, [...reader.keys]];
  const param = (value: unknown): string => `$${parameters.push(value)}`;
  // Each branch reads up to the end of the page. The offset is applied after the merge.
  const offset = filter.offset ?? 0;
  const max = `${param(limit === null ? null : limit + offset)}::int`;
  const message = messageConditions(filter, param);
  const before = filter.before === undefined ? null : `${param(filter.before)}::uuid`;
  const ids = filter.ids === undefined ? null : `${param(filter.ids)}::uuid[]`;
  const own = ids === null ? [] : [`i.message_id = any(${ids})`];
  const shared = ids === null ? [] : [`a.message_id = any(${ids})`];
  const beforeOwn = before === null ? [] : [`i.position < ${before}`];
  const beforeShared = before === null ? [] : [`a.message_id < ${before}`];
  const chosen = columns === 'all' ? MESSAGE_COLUMNS : 'm.category';
  const sql = `
with marks as materialized (
  select category, read_snapshot, read_marked_at, seen_snapshot, seen_marked_at
    from herald.ntf_user_state where tenant_id = $1 and user_id = $2
), own as (
  select i.message_id as id, i.position, ${ITEM_READ_AT} as read_at, ${ITEM_SEEN_AT} as seen_at,
    i.archived_at,
    case when i.snoozed_until > now() then i.snoozed_until end as snoozed_until,
    i.acked_at, i.collapse_count, i.revision,
    case when not i.by_audience then 'users' else (select min(a.key) from herald.ntf_audience a
      where a.tenant_id = $1 and a.message_id = i.message_id and a.key = any($3::text[])) end as audience, ${chosen}
    from herald.ntf_item i
    cross join lateral (${MESSAGE_OF_ITEM}) m
   where ${[
     'i.tenant_id = $1 and i.user_id = $2 and i.deleted_at is null',
     ITEM_STATE[filter.state],
     CURRENT,
     `(not i.by_audience or exists (select from herald.ntf_audience a
        where a.tenant_id = $1 and a.message_id = i.message_id and a.key = any($3::text[])))`,
     ...own,
     ...beforeOwn,
     ...message,
   ].join(' and ')}
   order by i.position desc limit ${max}
), shared as (
  select distinct on (s.position) s.*
    from (select given.key, ms.snapshot, ms.created_xid,
            -- An id is created before its row commits. One hour is longer than any transaction.
            coalesce(herald.uuid_floor(ms.since - interval '1 hour'), '${NIL_UUID}'::uuid) as floor
            from unnest($3::text[]) as given(key)
            left join herald.ntf_membership ms on ms.tenant_id = $1 and ms.user_id = $2 and ms.key = given.key) held
    cross join lateral (
      select a.message_id as id, a.message_id as position, ${SHARED_READ_AT} as read_at, ${SHARED_SEEN_AT} as seen_at,
        null::timestamptz as archived_at, null::timestamptz as snoozed_until, null::timestamptz as acked_at,
        1 as collapse_count, 1 as revision, a.key::text as audience, ${chosen}
        from (select * from herald.ntf_audience a
               where ${['a.tenant_id = $1 and a.key = held.key and a.message_id >= held.floor', ...shared, ...beforeShared].join(' and ')}
               order by a.message_id desc offset 0) a
        cross join lateral (${MESSAGE_OF_AUDIENCE}) m
       where ${[
         `(held.snapshot is null or m.created_xid = held.created_xid
           or not pg_visible_in_snapshot(m.created_xid, held.snapshot))`,
         SHARED_STATE[filter.state],
         CURRENT,
         // A scalar subquery, because the planner never turns it into a join of all items with all audiences. Each row costs
         // one probe of one partition.
         `(select 1 from herald.ntf_item i
            where i.tenant_id = $1 and i.user_id = $2 and i.message_id = a.message_id) is null`,
         ...message,
       ].join(' and ')}
       order by a.message_id desc limit ${max}
    ) s
   order by s.position desc, s.audience
)
select * from (select * from own union all select * from shared) merged order by position desc limit ${max} offset ${param(offset)}`;
  return { sql, parameters };
}

function messageConditions(filter: InboxFilter, param: (value: unknown) => string): readonly string[] {
  const conditions: string[] = [];
  if (filter.type !== undefined) conditions.push(`m.type = ${param(filter.type)}`);
  if (filter.category !== undefined) conditions.push(`m.category = ${param(filter.category)}`);
  if (filter.priority !== undefined) conditions.push(`m.priority = ${param(filter.priority)}`);
  if (filter.relatedType !== undefined) conditions.push(`m.related_type = ${param(filter.relatedType)}`);
  if (filter.relatedId !== undefined) conditions.push(`m.related_id = ${param(filter.relatedId)}`);
  if (filter.from !== undefined) conditions.push(`m.created_at >= ${param(filter.from)}`);
  if (filter.to !== undefined) conditions.push(`m.created_at < ${param(filter.to)}`);
  if (filter.text !== undefined) {
    const pattern = param(`%${filter.text.replace(/[\\%_]/g, '\\$&')}%`);
    conditions.push(`(m.title ilike ${pattern} or m.content ilike ${pattern})`);
  }
  return conditions;
}
