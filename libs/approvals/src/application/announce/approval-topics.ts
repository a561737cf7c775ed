import { isPermitted, type Principal } from '@nest-herald/platform';
import type { TopicAuthorizer } from '@nest-herald/sse';
import { TenantTransaction } from '@nest-herald/platform/postgres';
import type { DataSource } from 'typeorm';

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const PROCESS = new RegExp(`^approval:process:(${UUID})$`);
const TASK = new RegExp(`^approval:task:(${UUID})$`);

const IS_INVOLVED = `
  select 1 from herald.apv_instance i where i.tenant_id = $1 and i.id = $2
    and ($4 or i.applicant_id = $3
      or exists (select from herald.apv_task t where t.tenant_id = $1 and t.instance_id = $2
           and ((t.assignee_id = $3 and t.status <> 'waiting') or t.on_behalf_of = $3))
      or exists (select from herald.apv_cc c where c.tenant_id = $1 and c.instance_id = $2 and c.user_id = $3))`;

const IS_OWN_TASK = `
  select 1 from herald.apv_task t where t.tenant_id = $1 and t.id = $2 and t.status <> 'waiting'
    and ($4 or t.assignee_id = $3 or t.on_behalf_of = $3)`;

/**
 * Who may follow the topics of approvals (wire.md §6): `approval:process:<id>` the participants, `approval:task:<id>` its
 * assignee, both also `approval:manage`. `approval:pending` stands for one's own tasks, so everybody may follow it: what it
 * promises comes to the person (`user:<id>`), and nothing is ever published to the topic itself, whose followers would see
 * each other's tasks. Another tenant's id is as unknown as any other: no.
 */
export class ApprovalTopics implements TopicAuthorizer {
  readonly #transactions: TenantTransaction;

  constructor(dataSource: DataSource) {
    this.#transactions = new TenantTransaction(dataSource);
  }

  async mayFollow(principal: Principal, topic: string): Promise<boolean> {
    if (topic === 'approval:pending') return true;
    const process = PROCESS.exec(topic)?.[1];
    if (process !== undefined) return this.#holds(principal, IS_INVOLVED, process);
    const task = TASK.exec(topic)?.[1];
    if (task !== undefined) return this.#holds(principal, IS_OWN_TASK, task);
    return false;
  }

  #holds(principal: Principal, sql: string, id: string): Promise<boolean> {
    const manages = isPermitted(principal, 'approval:manage');
    return this.#transactions.run(principal.tenantId, async (manager) => {
      const rows: unknown[] = await manager.query(sql, [principal.tenantId, id, principal.userId, manages]);
      return rows.length > 0;
    });
  }
}
