import { SqlMigration } from './sql-migration.js';
import { tenantTable } from './tenant-table.js';

const TABLES = ['herald.dir_department', 'herald.dir_person', 'herald.ntf_membership'];

/** The directory: people, the tree of departments, and under which audience keys a person is found since when (notifications.md). */
export class Directory1700000000300 extends SqlMigration {
  readonly name = 'Directory1700000000300';

  protected readonly upSql = `
-- Ids that the directory does not know are legal, so a parent, leader or manager may arrive later: no foreign keys.
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
  -- The first is the department of the person's own line.
  department_ids text[] collate "C" not null default '{}',
  position_ids   text[] collate "C" not null default '{}',
  group_ids      text[] collate "C" not null default '{}',
  revision       integer     not null default 1,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (tenant_id, id)
);

-- Written from the two tables above whenever one of them changes: every audience key of a person, departments with all
-- ancestors. What was sent to the key and committed before the snapshot stays invisible to the person (a snapshot does
-- not say whether its own transaction is in it, so that one is kept, too); since bounds how far back a list has to look. The row with the key tenant says since when the directory knows somebody at all.
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
${TABLES.map(tenantTable).join('\n')}
grant select, insert, update, delete on ${TABLES.join(', ')} to herald_app;
`;

  protected readonly downSql = `
drop table herald.ntf_membership, herald.dir_person, herald.dir_department;
`;
}
