-- Schema herald: people, the tree of departments, and the audience keys of each person.
-- No foreign keys: ids that the directory does not know are allowed, because a parent, leader or manager may arrive later.
create table herald.dir_department (
  tenant_id  text collate "C" not null,
  id         text collate "C" not null,
  name       varchar(200) not null,
  parent_id  text collate "C" check (parent_id <> id),
  leader_id  text collate "C",
  revision   integer     not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index dir_department_parent on herald.dir_department (tenant_id, parent_id) where parent_id is not null;

create table herald.dir_person (
  tenant_id      text collate "C" not null,
  id             text collate "C" not null,
  name           varchar(200) not null,
  email          varchar(320),
  active         boolean     not null,
  manager_id     text collate "C" check (manager_id <> id),
  roles          text[] collate "C" not null default '{}',
  -- The first is the person's own department in the reporting line.
  department_ids text[] collate "C" not null default '{}',
  position_ids   text[] collate "C" not null default '{}',
  group_ids      text[] collate "C" not null default '{}',
  revision       integer     not null default 1,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (tenant_id, id)
);

-- Every audience key of a person, departments with all their ancestors. Rewritten when one of the two tables above changes.
-- A person does not see what was sent to a key and committed before snapshot. A snapshot does not say whether it contains
-- its own transaction, so created_xid records that one. since bounds how far a list reads back.
-- The row with the key tenant says since when the directory knows the person.
create table herald.ntf_membership (
  tenant_id text collate "C" not null,
  user_id   text collate "C" not null,
  key       text collate "C" not null,
  since     timestamptz not null default now(),
  snapshot  pg_snapshot          default pg_current_snapshot(),
  created_xid xid8      not null default pg_current_xact_id(),
  primary key (tenant_id, user_id, key)
);
create index ntf_membership_members on herald.ntf_membership (tenant_id, key, user_id);

alter table herald.dir_department enable row level security;
alter table herald.dir_department force row level security;
create policy tenant on herald.dir_department
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
alter table herald.dir_person enable row level security;
alter table herald.dir_person force row level security;
create policy tenant on herald.dir_person
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
alter table herald.ntf_membership enable row level security;
alter table herald.ntf_membership force row level security;
create policy tenant on herald.ntf_membership
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
grant select, insert, update, delete on herald.dir_department, herald.dir_person, herald.ntf_membership to herald_app;
