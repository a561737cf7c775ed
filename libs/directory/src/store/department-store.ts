import type { EntityManager } from 'typeorm';
import type { DepartmentInput, DepartmentRecord } from '../people/directory-input.js';

interface DepartmentRow {
  readonly id: string;
  readonly name: string;
  readonly parent_id: string | null;
  readonly leader_id: string | null;
  readonly revision: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** Departments of the tenant by id. */
export async function readDepartments(
  manager: EntityManager,
  tenantId: string,
  ids: readonly string[],
): Promise<readonly DepartmentRecord[]> {
  const rows: DepartmentRow[] = await manager.query(
    `select * from herald.dir_department where tenant_id = $1 and id = any($2::text[]) order by id`,
    [tenantId, ids],
  );
  return rows.map(recordOf);
}

/** Inserts or updates departments. @returns ids of those that changed. */
export async function upsertDepartments(
  manager: EntityManager,
  tenantId: string,
  departments: readonly (DepartmentInput & { readonly id: string })[],
): Promise<readonly string[]> {
  const rows: { id: string }[] = await manager.query(
    `insert into herald.dir_department as d (tenant_id, id, name, parent_id, leader_id)
     select $1, x.id, x.name, x."parentId", x."leaderId"
       from jsonb_to_recordset($2::jsonb) as x(id text, name text, "parentId" text, "leaderId" text)
      order by x.id
     on conflict (tenant_id, id) do update set name = excluded.name, parent_id = excluded.parent_id,
       leader_id = excluded.leader_id, revision = d.revision + 1, updated_at = now()
     where (d.name, d.parent_id, d.leader_id) is distinct from (excluded.name, excluded.parent_id, excluded.leader_id)
     returning id`,
    [tenantId, JSON.stringify(departments)],
  );
  return rows.map((row) => row.id);
}

/** The position of a department in the tree below another one. */
export interface Placement {
  /** The parent is the department itself or below it. */
  readonly isCycle: boolean;
  /** Levels from the root to the deepest department below this one. */
  readonly levels: number;
}

/**
 * Checks the tree that a change would make. Recursion stops at `maxLevels + 1`, whatever the tables contain.
 * @param maxLevels most levels of a tree.
 */
export async function placementOf(
  manager: EntityManager,
  tenantId: string,
  id: string,
  parentId: string | null,
  maxLevels: number,
): Promise<Placement> {
  const rows: { above: number; below: number; is_cycle: boolean }[] = await manager.query(
    `with recursive up(id, level) as (
       select $3::text collate "C", 1 where $3::text is not null
       union all
       select d.parent_id, up.level + 1 from up join herald.dir_department d on d.tenant_id = $1 and d.id = up.id
        where d.parent_id is not null and up.id <> $2 and up.level <= $4
     ), down(id, level) as (
       select $2::text collate "C", 1
       union all
       select d.id, down.level + 1 from down join herald.dir_department d on d.tenant_id = $1 and d.parent_id = down.id
        where d.id <> $2 and down.level <= $4
     )
     select coalesce((select max(level) from up), 0)::int as above, (select max(level) from down)::int as below,
       exists (select from up where id = $2) as is_cycle`,
    [tenantId, id, parentId, maxLevels],
  );
  const [row] = rows;
  if (row === undefined) throw new TypeError('The check of the tree returned no row.');
  return { isCycle: row.is_cycle, levels: row.above + row.below };
}

function recordOf(row: DepartmentRow): DepartmentRecord {
  return {
    id: row.id,
    name: row.name,
    parentId: row.parent_id,
    leaderId: row.leader_id,
    revision: row.revision,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
