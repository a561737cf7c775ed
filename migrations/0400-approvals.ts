import { SqlMigration } from './sql-migration.js';
import { tenantTable } from './tenant-table.js';

const WRITABLE = [
  'herald.apv_definition',
  'herald.apv_definition_version',
  'herald.apv_instance',
  'herald.apv_node_run',
  'herald.apv_task',
];
const APPEND_ONLY = ['herald.apv_action', 'herald.apv_cc'];
const TABLES = [...WRITABLE, ...APPEND_ONLY];

/** Approvals: versioned definitions, instances with their whole engine state, projections for lists, and the sealed history (approvals.md). */
export class Approvals1700000000400 extends SqlMigration {
  readonly name = 'Approvals1700000000400';

  protected readonly upSql = `
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
  -- The published version with which new instances start.
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

-- Instances are pinned to their version, so what was published once stays as it was; only its status may move on.
create function herald.apv_keep_published() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
begin
  if old.status = 'draft' then
    return case tg_op when 'DELETE' then old else new end;
  end if;
  if tg_op = 'DELETE'
     or (new.tenant_id, new.definition_id, new.version, new.definition, new.checksum, new.created_by, new.created_at,
         new.published_by, new.published_at)
        is distinct from
        (old.tenant_id, old.definition_id, old.version, old.definition, old.checksum, old.created_by, old.created_at,
         old.published_by, old.published_at)
     or new.status = 'draft' then
    raise exception 'Version % of definition % was published and cannot be changed.', old.version, old.definition_id
      using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger apv_definition_version_immutable before update or delete on herald.apv_definition_version
  for each row execute function herald.apv_keep_published();

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
  -- The engine's state, whole: the truth from which every other column and projection follows.
  state          jsonb        not null,
  -- Number and hash of the newest row of apv_action, so that a cut end is seen.
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

-- One visit of a node at which people act.
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
  -- The engine's name of the task: <node>#<visit>/<seq>.
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

-- The history, sealed row by row (see audit-chain of the package). Personal texts are covered by salted hashes, so they can be
-- erased; the application itself may neither change nor delete a row.
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
${TABLES.map(tenantTable).join('\n')}
grant select, insert, update on ${WRITABLE.join(', ')} to herald_app;
grant select, insert on ${APPEND_ONLY.join(', ')} to herald_app;
revoke all on function herald.apv_keep_published() from public;
`;

  protected readonly downSql = `
drop table herald.apv_cc, herald.apv_action, herald.apv_task, herald.apv_node_run, herald.apv_instance,
  herald.apv_definition_version, herald.apv_definition;
drop function herald.apv_keep_published();
`;
}
