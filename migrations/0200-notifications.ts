import { SqlMigration } from './sql-migration.js';
import { tenantTable } from './tenant-table.js';

const TABLES = ['herald.ntf_message', 'herald.ntf_audience', 'herald.ntf_item', 'herald.ntf_user_state'];

/** The notification centre: messages, audiences, what each person has of them, and their read marks (notifications.md). */
export class Notifications1700000000200 extends SqlMigration {
  readonly name = 'Notifications1700000000200';

  protected readonly upSql = `
-- One row per notification, never per recipient.
create table herald.ntf_message (
  tenant_id     text collate "C" not null,
  id            uuid        not null,
  created_xid   xid8        not null default pg_current_xact_id(),
  created_at    timestamptz not null default now(),
  type          text        not null check (type in ('system', 'approval', 'task', 'message', 'alert')),
  category      text        not null,
  priority      smallint    not null check (priority between 0 and 3),
  title         varchar(200) not null,
  content       text,
  link          text,
  data          jsonb,
  actions       jsonb       not null default '[]',
  actor_id      text,
  related_type  varchar(50),
  related_id    varchar(128),
  -- m: a row per person; l: found by audience key; x: both.
  delivery_mode char(1)     not null check (delivery_mode in ('m', 'l', 'x')),
  recipients    integer,
  requires_ack  boolean     not null default false,
  dedupe_key    varchar(200),
  expires_at    timestamptz,
  revoked_at    timestamptz,
  revoked_by    text,
  primary key (tenant_id, id)
);
create unique index ntf_message_dedupe on herald.ntf_message (tenant_id, dedupe_key) where dedupe_key is not null;
create index ntf_message_related on herald.ntf_message (tenant_id, related_type, related_id) where related_type is not null;

-- Whom a notification addresses without naming people; the key is the audience of its event. Byte order, so that a
-- pattern's literal prefix is an index range whatever the collation of the database.
create table herald.ntf_audience (
  tenant_id  text collate "C" not null,
  key        text collate "C" not null,
  message_id uuid not null,
  primary key (tenant_id, key, message_id),
  foreign key (tenant_id, message_id) references herald.ntf_message (tenant_id, id) on delete cascade
);
create index ntf_audience_message on herald.ntf_audience (tenant_id, message_id);

-- What one person has of one notification. Made when people are named, or when somebody who was addressed by an audience
-- first changes something. Partitioned by the month of the message's id, which never changes: a row keeps its partition,
-- the key stays unique, and a read by id looks into one partition.
create table herald.ntf_item (
  tenant_id      text collate "C" not null,
  user_id        text collate "C" not null,
  message_id     uuid        not null,
  position       uuid        not null,
  created_xid    xid8        not null default pg_current_xact_id(),
  unread_xid     xid8,
  by_audience    boolean     not null default false,
  category       text        not null,
  priority       smallint    not null,
  seen_at        timestamptz,
  read_at        timestamptz,
  archived_at    timestamptz,
  snoozed_until  timestamptz,
  deleted_at     timestamptz,
  acked_at       timestamptz,
  collapse_count integer     not null default 1,
  revision       integer     not null default 1,
  primary key (tenant_id, user_id, message_id),
  foreign key (tenant_id, message_id) references herald.ntf_message (tenant_id, id) on delete cascade
) partition by range (message_id);
create table herald.ntf_item_default partition of herald.ntf_item default;
create index ntf_item_feed on herald.ntf_item (tenant_id, user_id, position) where deleted_at is null;
create index ntf_item_unread on herald.ntf_item (tenant_id, user_id, position)
  where read_at is null and archived_at is null and deleted_at is null;
create index ntf_item_message on herald.ntf_item (tenant_id, message_id);

-- "Mark all read" of one person: a snapshot, so that what commits later is not born read. Category '' is the whole inbox,
-- and its row carries the person's revision.
create table herald.ntf_user_state (
  tenant_id               text collate "C" not null,
  user_id                 text collate "C" not null,
  category                text   not null default '',
  read_snapshot           pg_snapshot,
  read_marked_at          timestamptz,
  seen_snapshot           pg_snapshot,
  seen_marked_at          timestamptz,
  previous_read_snapshot  pg_snapshot,
  previous_read_marked_at timestamptz,
  undo_token              text,
  undo_until              timestamptz,
  rev                     bigint not null default 0,
  primary key (tenant_id, user_id, category)
);
${TABLES.map(tenantTable).join('\n')}
alter table herald.ntf_item_default enable row level security;
alter table herald.ntf_item_default force row level security;
grant select, insert, update, delete on ${TABLES.join(', ')} to herald_app;

-- The smallest UUIDv7 of a moment: the bound between two partitions.
create function herald.uuid_floor(at timestamptz) returns uuid
  language sql immutable strict parallel safe
  as $$ select (lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid $$;

-- Makes the partitions of this month and of the months ahead, and moves what waited in the default partition into them.
-- Runs as the owner of the tables, which FORCE binds too; so it lifts FORCE from the default partition while it holds
-- that table exclusively, and, when rows move, from the messages that the foreign key of the new partition is checked
-- against (that check sees what the owner sees). One caller at a time; returns the partitions made.
create function herald.ntf_maintain(months_ahead integer default 3) returns integer
  language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '2s' set timezone = 'UTC'
  as $$
declare
  month timestamptz;
  low uuid;
  high uuid;
  leaf text;
  moved integer;
  made integer := 0;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('herald.ntf_maintain', 0)) then
    return 0;
  end if;
  for step in 0 .. least(greatest(months_ahead, 0), 24) loop
    month := date_trunc('month', now()) + make_interval(months => step);
    leaf := 'ntf_item_' || to_char(month, 'YYYY_MM');
    continue when to_regclass('herald.' || leaf) is not null;
    low := herald.uuid_floor(month);
    high := herald.uuid_floor(month + interval '1 month');
    execute format('create table herald.%I (like herald.ntf_item including defaults including constraints)', leaf);
    alter table herald.ntf_item_default no force row level security;
    execute format(
      'with moved as (delete from herald.ntf_item_default where message_id >= %L and message_id < %L returning *)
       insert into herald.%I select * from moved', low, high, leaf);
    get diagnostics moved = row_count;
    alter table herald.ntf_item_default force row level security;
    if moved > 0 then
      alter table herald.ntf_message no force row level security;
    end if;
    execute format('alter table herald.ntf_item attach partition herald.%I for values from (%L) to (%L)', leaf, low, high);
    if moved > 0 then
      alter table herald.ntf_message force row level security;
    end if;
    -- Queries through the parent obey the parent's policy alone; this closes the direct way.
    execute format('alter table herald.%I enable row level security', leaf);
    execute format('alter table herald.%I force row level security', leaf);
    made := made + 1;
  end loop;
  return made;
end $$;
revoke all on function herald.ntf_maintain(integer) from public;
grant execute on function herald.ntf_maintain(integer) to herald_app;
grant execute on function herald.uuid_floor(timestamptz) to herald_app;

select herald.ntf_maintain();
`;

  protected readonly downSql = `
drop function herald.ntf_maintain(integer);
drop table herald.ntf_user_state, herald.ntf_item, herald.ntf_audience, herald.ntf_message;
drop function herald.uuid_floor(timestamptz);
`;
}
