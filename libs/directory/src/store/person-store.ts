import type { EntityManager } from 'typeorm';
import type { PersonInput, PersonRecord } from '../people/directory-input.js';

interface PersonRow {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  readonly active: boolean;
  readonly manager_id: string | null;
  readonly roles: string[];
  readonly department_ids: string[];
  readonly position_ids: string[];
  readonly group_ids: string[];
  readonly revision: number;
  readonly created_at: Date;
  readonly updated_at: Date;
}

/** People of the tenant by id. */
export async function readPeople(
  manager: EntityManager,
  tenantId: string,
  ids: readonly string[],
): Promise<readonly PersonRecord[]> {
  const rows: PersonRow[] = await manager.query(
    `select * from herald.dir_person where tenant_id = $1 and id = any($2::text[]) order by id`,
    [tenantId, ids],
  );
  return rows.map(recordOf);
}

/** Inserts or updates people. @returns ids of those that changed. */
export async function upsertPeople(
  manager: EntityManager,
  tenantId: string,
  people: readonly (PersonInput & { readonly id: string })[],
): Promise<readonly string[]> {
  const rows: { id: string }[] = await manager.query(
    `insert into herald.dir_person as p
       (tenant_id, id, name, email, active, manager_id, roles, department_ids, position_ids, group_ids)
     select $1, x.id, x.name, x.email, x.active, x."managerId", x.roles, x."departmentIds", x."positionIds", x."groupIds"
       from jsonb_to_recordset($2::jsonb) as x(id text, name text, email text, active boolean, "managerId" text,
         roles text[], "departmentIds" text[], "positionIds" text[], "groupIds" text[])
      order by x.id
     on conflict (tenant_id, id) do update set name = excluded.name, email = excluded.email, active = excluded.active,
       manager_id = excluded.manager_id, roles = excluded.roles, department_ids = excluded.department_ids,
       position_ids = excluded.position_ids, group_ids = excluded.group_ids, revision = p.revision + 1, updated_at = now()
     where (p.name, p.email, p.active, p.manager_id, p.roles, p.department_ids, p.position_ids, p.group_ids) is distinct from
       (excluded.name, excluded.email, excluded.active, excluded.manager_id, excluded.roles, excluded.department_ids,
        excluded.position_ids, excluded.group_ids)
     returning id`,
    [tenantId, JSON.stringify(people)],
  );
  return rows.map((row) => row.id);
}

/** @returns one of these people who is their own manager, directly or through other managers; null when none is. */
export async function findManagerCycle(
  manager: EntityManager,
  tenantId: string,
  ids: readonly string[],
): Promise<string | null> {
  const rows: { person: string }[] = await manager.query(
    `with recursive chain(person, above) as (
       select id, manager_id from herald.dir_person
        where tenant_id = $1 and id = any($2::text[]) and manager_id is not null
       union
       select chain.person, p.manager_id from chain
         join herald.dir_person p on p.tenant_id = $1 and p.id = chain.above
        where p.manager_id is not null and chain.above <> chain.person
     )
     select person from chain where above = person order by person limit 1`,
    [tenantId, ids],
  );
  return rows[0]?.person ?? null;
}

function recordOf(row: PersonRow): PersonRecord {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    roles: row.roles,
    departmentIds: row.department_ids,
    positionIds: row.position_ids,
    groupIds: row.group_ids,
    managerId: row.manager_id,
    active: row.active,
    revision: row.revision,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}
