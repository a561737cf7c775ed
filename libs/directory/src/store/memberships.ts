import type { AudienceKey } from '@nest-herald/sse';
import type { EntityManager } from 'typeorm';

/** Most people whose keys one statement computes. */
const PEOPLE_PER_STATEMENT = 1_000;

/**
 * Computes the audience keys of people after they or the tree of departments changed. A key that stays keeps its start; a
 * new key starts now, even if the person had it before.
 */
export async function renewMemberships(
  manager: EntityManager,
  tenantId: string,
  userIds: readonly string[],
): Promise<void> {
  for (let start = 0; start < userIds.length; start += PEOPLE_PER_STATEMENT) {
    await manager.query(
      `with recursive active as (
         select * from herald.dir_person where tenant_id = $1 and id = any($2::text[]) and active
       ), branch(user_id, department_id) as (
         select p.id, unnest(p.department_ids) from active p
         union
         select b.user_id, d.parent_id from branch b
           join herald.dir_department d on d.tenant_id = $1 and d.id = b.department_id where d.parent_id is not null
       ), wanted(user_id, key) as (
         -- People who left keep this key, so that its start stays if they return.
         select id, 'tenant' from herald.dir_person where tenant_id = $1 and id = any($2::text[])
         union select id, 'role:' || unnest(roles) from active
         union select user_id, 'dept:' || department_id from branch
         union select id, 'pos:' || unnest(position_ids) from active
         union select id, 'group:' || unnest(group_ids) from active
       ), removed as (
         delete from herald.ntf_membership m
          where m.tenant_id = $1 and m.user_id = any($2::text[])
            and not exists (select from wanted w where w.user_id = m.user_id and w.key = m.key)
       )
       insert into herald.ntf_membership (tenant_id, user_id, key)
       select $1, user_id, key from wanted order by user_id, key
       on conflict (tenant_id, user_id, key) do nothing`,
      [tenantId, userIds.slice(start, start + PEOPLE_PER_STATEMENT)],
    );
  }
}

/** Active people with a key, in the order of their ids. */
export async function membersOf(
  manager: EntityManager,
  tenantId: string,
  key: AudienceKey,
  limit: number | null,
): Promise<readonly string[]> {
  const rows: { user_id: string }[] = await manager.query(
    key === 'tenant'
      ? `select id as user_id from herald.dir_person where tenant_id = $1 and $2::text is not null and active order by id limit $3`
      : `select user_id from herald.ntf_membership where tenant_id = $1 and key = $2 order by user_id limit $3`,
    [tenantId, key, limit],
  );
  return rows.map((row) => row.user_id);
}

/** The keys of a person, without `tenant`, which comes from the token. */
export async function keysOf(
  manager: EntityManager,
  tenantId: string,
  userId: string,
): Promise<readonly AudienceKey[]> {
  const rows: { key: string }[] = await manager.query(
    `select key from herald.ntf_membership where tenant_id = $1 and user_id = $2 and key <> 'tenant' order by key`,
    [tenantId, userId],
  );
  return rows.map((row) => row.key);
}
