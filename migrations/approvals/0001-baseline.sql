-- Schema herald: versioned approval processes, instances with the state of the engine, projections for lists, and the history.

create table herald.apv_definition (
  tenant_id      text collate "C" not null,
  id             uuid         not null,
  code           text collate "C" not null,
  name           varchar(100) not null,
  category       varchar(50),
  icon           varchar(100),
  description    varchar(2000),
  sort           integer      not null default 0,
  enabled        boolean      not null default true,
  -- The published version that new instances start with.
  active_version integer,
  latest_version integer      not null default 1,
  revision       integer      not null default 1,
  created_by     text         not null,
  created_at     timestamptz  not null default now(),
  updated_at     timestamptz  not null default now(),
  deleted_at     timestamptz,
  primary key (tenant_id, id)
);
create unique index apv_definition_code on herald.apv_definition (tenant_id, code) where deleted_at is null;

create table herald.apv_definition_version (
  tenant_id     text collate "C" not null,
  definition_id uuid        not null,
  version       integer     not null,
  -- The whole checked definition, defaults filled in.
  definition    jsonb       not null,
  checksum      text        not null,
  status        text        not null check (status in ('draft', 'published', 'retired')),
  created_by    text        not null,
  created_at    timestamptz not null default now(),
  published_by  text,
  published_at  timestamptz,
  primary key (tenant_id, definition_id, version),
  foreign key (tenant_id, definition_id) references herald.apv_definition (tenant_id, id)
);

create table herald.apv_instance (
  tenant_id      text collate "C" not null,
  id             uuid         not null,
  definition_id  uuid         not null,
  version        integer      not null,
  code           text collate "C" not null,
  name           varchar(100) not null,
  title          varchar(200) not null,
  business_type  text collate "C",
  business_id    text collate "C",
  applicant_id   text collate "C" not null,
  applicant_name varchar(200) not null,
  status         text collate "C" not null,
  round          integer      not null,
  current_nodes  jsonb        not null default '[]',
  revision       integer      not null,
  -- The whole state of the engine. Every other column and projection follows from it.
  state          jsonb        not null,
  -- Number and hash of the newest row of apv_action: verification detects a history whose end was removed.
  last_action    integer      not null default 0,
  last_hash      text         not null,
  created_at     timestamptz  not null,
  started_at     timestamptz,
  completed_at   timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, definition_id, version)
    references herald.apv_definition_version (tenant_id, definition_id, version),
  check ((business_type is null) = (business_id is null))
);
create unique index apv_instance_business_live on herald.apv_instance (tenant_id, business_type, business_id)
  where business_id is not null and status in ('draft', 'running', 'returned', 'suspended');
create index apv_instance_business on herald.apv_instance (tenant_id, business_type, business_id, id)
  where business_id is not null;
create index apv_instance_applicant on herald.apv_instance (tenant_id, applicant_id, id);
create index apv_instance_status on herald.apv_instance (tenant_id, status, id);
create index apv_instance_version on herald.apv_instance (tenant_id, definition_id, version, id);

-- One visit of a step at which people act.
create table herald.apv_node_run (
  tenant_id   text collate "C" not null,
  instance_id uuid        not null,
  node_id     text collate "C" not null,
  visit       integer     not null,
  round       integer     not null,
  mode        text        not null,
  required    integer,
  status      text        not null,
  entered_at  timestamptz not null,
  left_at     timestamptz,
  primary key (tenant_id, instance_id, node_id, visit),
  foreign key (tenant_id, instance_id) references herald.apv_instance (tenant_id, id)
);

create table herald.apv_task (
  tenant_id     text collate "C" not null,
  id            uuid        not null,
  instance_id   uuid        not null,
  -- The engine's key of the task: <node>#<visit>/<seq>.
  key           text collate "C" not null,
  node_id       text collate "C" not null,
  visit         integer     not null,
  seq           integer     not null,
  group_key     text        not null default '',
  mode          text        not null,
  assignee_id   text collate "C" not null,
  assignee_name varchar(200) not null,
  on_behalf_of  text collate "C",
  origin        text        not null,
  parent_key    text collate "C",
  status        text collate "C" not null,
  action        text,
  acted_by      text collate "C",
  comment       text,
  opened_at     timestamptz not null,
  due_at        timestamptz,
  decided_at    timestamptz,
  revision      integer     not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, instance_id, key),
  foreign key (tenant_id, instance_id) references herald.apv_instance (tenant_id, id)
);
create index apv_task_of_person on herald.apv_task (tenant_id, assignee_id, status, id);
create index apv_task_done on herald.apv_task (tenant_id, acted_by, id) where acted_by is not null;
create index apv_task_principal on herald.apv_task (tenant_id, on_behalf_of, instance_id) where on_behalf_of is not null;

-- The history: a chain of hashes, one row per action. Salted hashes cover personal texts, so that the texts can be erased.
-- herald_app can neither change nor delete a row.
create table herald.apv_action (
  tenant_id    text collate "C" not null,
  instance_id  uuid        not null,
  n            integer     not null,
  task_key     text collate "C",
  node_id      text collate "C",
  actor_id     text collate "C" not null,
  on_behalf_of text collate "C",
  action       text        not null,
  from_status  text,
  to_status    text,
  at           timestamptz not null,
  comment      text,
  diff         text,
  ip           text,
  user_agent   text,
  salt         text,
  text_hash    text        not null,
  prev_hash    text        not null,
  hash         text        not null,
  primary key (tenant_id, instance_id, n),
  foreign key (tenant_id, instance_id) references herald.apv_instance (tenant_id, id)
);

create table herald.apv_cc (
  tenant_id   text collate "C" not null,
  instance_id uuid        not null,
  user_id     text collate "C" not null,
  at          timestamptz not null,
  primary key (tenant_id, instance_id, user_id),
  foreign key (tenant_id, instance_id) references herald.apv_instance (tenant_id, id)
);
create index apv_cc_of_person on herald.apv_cc (tenant_id, user_id, instance_id);

alter table herald.apv_definition enable row level security;
alter table herald.apv_definition force row level security;
create policy tenant on herald.apv_definition
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
alter table herald.apv_definition_version enable row level security;
alter table herald.apv_definition_version force row level security;
create policy tenant on herald.apv_definition_version
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
alter table herald.apv_instance enable row level security;
alter table herald.apv_instance force row level security;
create policy tenant on herald.apv_instance
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
alter table herald.apv_node_run enable row level security;
alter table herald.apv_node_run force row level security;
create policy tenant on herald.apv_node_run
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
alter table herald.apv_task enable row level security;
alter table herald.apv_task force row level security;
create policy tenant on herald.apv_task
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
alter table herald.apv_action enable row level security;
alter table herald.apv_action force row level security;
create policy tenant on herald.apv_action
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
alter table herald.apv_cc enable row level security;
alter table herald.apv_cc force row level security;
create policy tenant on herald.apv_cc
  using (tenant_id = nullif(current_setting('herald.tenant_id', true), ''))
  with check (tenant_id = nullif(current_setting('herald.tenant_id', true), ''));
grant select, insert, update on herald.apv_definition, herald.apv_definition_version, herald.apv_instance, herald.apv_node_run, herald.apv_task to herald_app;
grant select, insert on herald.apv_action, herald.apv_cc to herald_app;
