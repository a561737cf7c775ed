-- Schema herald: notifications, their audiences, the items of each person and their read marks.

-- One row per notification, not per recipient.
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
  -- m: one row per person; l: found by audience key; x: both.
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

-- Audiences of a notification that do not name people. key is the audience key of its event. Byte order makes a pattern's
-- literal prefix an index range, whatever the collation of the database.
create table herald.ntf_audience (
  tenant_id  text collate "C" not null,
  key        text collate "C" not null,
  message_id uuid not null,
  primary key (tenant_id, key, message_id),
  foreign key (tenant_id, message_id) references herald.ntf_message (tenant_id, id) on delete cascade
);
create index ntf_audience_message on herald.ntf_audience (tenant_id, message_id);

-- One person's item of one notification. Created at once for people who are named, and for the members of an audience when
-- they first change its state. Partitioned by the month of the message's id, which never changes: a row keeps its
-- partition, the key stays unique, and a read by id touches one partition.
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

-- "Mark all as read" of one person. It stores a snapshot, so that items which commit later start unread. Category '' is the
-- whole inbox, and its row holds the person's revision.
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

alter table herald.ntf_message enable row level security;
alter table herald.ntf_message force row level security;
create policy tenant on herald.ntf_message
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
alter table herald.ntf_audience enable row level security;
alter table herald.ntf_audience force row level security;
create policy tenant on herald.ntf_audience
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
alter table herald.ntf_item enable row level security;
alter table herald.ntf_item force row level security;
create policy tenant on herald.ntf_item
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
alter table herald.ntf_user_state enable row level security;
alter table herald.ntf_user_state force row level security;
create policy tenant on herald.ntf_user_state
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
alter table herald.ntf_item_default enable row level security;
alter table herald.ntf_item_default force row level security;
grant select, insert, update, delete on herald.ntf_message, herald.ntf_audience, herald.ntf_item, herald.ntf_user_state to herald_app;
