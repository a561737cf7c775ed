import type { EntityManager } from 'typeorm';

/** The person who asks. `manages`: has the permission `approval:manage`, which shows every instance of the tenant. */
export interface Participant {
  readonly tenantId: string;
  readonly userId: string;
  readonly manages: boolean;
}

const PARTICIPATES = `
  select 1 from herald.apv_instance i where i.tenant_id = $1 and i.id = $2
    and ($4 or i.applicant_id = $3
      or exists (select from herald.apv_task t where t.tenant_id = $1 and t.instance_id = $2
           and ((t.assignee_id = $3 and t.status <> 'waiting') or t.on_behalf_of = $3))
      or exists (select from herald.apv_cc c where c.tenant_id = $1 and c.instance_id = $2 and c.user_id = $3))`;

const HAS_TASK = `
  select 1 from herald.apv_task t where t.tenant_id = $1 and t.id = $2 and t.status <> 'waiting'
    and ($4 or t.assignee_id = $3 or t.on_behalf_of = $3)`;

/** Whether a person is applicant, assignee or on copy of an instance. */
export function participatesIn(manager: EntityManager, person: Participant, instanceId: string): Promise<boolean> {
  return exists(manager, PARTICIPATES, person, instanceId);
}

/** Whether a task is assigned to a person, or to the person's substitute. */
export function hasTask(manager: EntityManager, person: Participant, taskId: string): Promise<boolean> {
  return exists(manager, HAS_TASK, person, taskId);
}

async function exists(manager: EntityManager, sql: string, person: Participant, id: string): Promise<boolean> {
  const rows: unknown[] = await manager.query(sql, [person.tenantId, id, person.userId, person.manages]);
  return rows.length > 0;
}
