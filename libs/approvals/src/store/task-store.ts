import type { EntityManager } from 'typeorm';
import type { StepRun, Task, TaskStatus } from '../engine/instance/instance-state.js';
import type { ApprovalTask } from '../http/task.schemas.js';

/** A row of `apv_task` with what people want to know of its instance. */
export interface TaskRow {
  readonly id: string;
  readonly instance_id: string;
  readonly key: string;
  readonly node_id: string;
  readonly node_name: string | null;
  readonly mode: string;
  readonly assignee_id: string;
  readonly assignee_name: string;
  readonly on_behalf_of: string | null;
  readonly origin: string;
  readonly status: TaskStatus;
  readonly action: string | null;
  readonly acted_by: string | null;
  readonly comment: string | null;
  readonly opened_at: Date;
  readonly due_at: Date | null;
  readonly decided_at: Date | null;
  readonly revision: number;
  readonly title: string;
  readonly code: string;
  readonly applicant_id: string;
  readonly applicant_name: string;
  readonly instance_status: ApprovalTask['instanceStatus'];
}

/** A task of the engine on its way into its row. */
export interface StoredTask {
  readonly id: string;
  readonly task: Task;
  readonly mode: StepRun['mode'];
}

const SELECT = `
  select t.*, i.title, i.code, i.applicant_id, i.applicant_name, i.status as instance_status,
         (select n.value ->> 'name' from jsonb_array_elements(v.definition -> 'nodes') n(value)
           where n.value ->> 'id' = t.node_id) as node_name
    from herald.apv_task t
    join herald.apv_instance i on i.tenant_id = t.tenant_id and i.id = t.instance_id
    join herald.apv_definition_version v
      on v.tenant_id = i.tenant_id and v.definition_id = i.definition_id and v.version = i.version
   where t.tenant_id = $1`;

/** One task. Which instance it belongs to never changes, so it may be read before the instance is locked. */
export async function readTask(manager: EntityManager, tenantId: string, id: string): Promise<TaskRow | undefined> {
  const rows: TaskRow[] = await manager.query(`${SELECT} and t.id = $2`, [tenantId, id]);
  return rows[0];
}

/** The tasks of an instance in the order in which they were opened. */
export async function tasksOfInstance(
  manager: EntityManager,
  tenantId: string,
  instanceId: string,
): Promise<readonly TaskRow[]> {
  return manager.query(`${SELECT} and t.instance_id = $2 order by t.id`, [tenantId, instanceId]);
}

/** Which tasks of a person a list shows. */
export type TasksOfPerson =
  { readonly assigneeId: string; readonly status: TaskStatus | 'all' } | { readonly doneBy: string };

/** Tasks of a person, newest first. A waiting task is nobody's yet and is only shown when asked for. */
export async function listTasks(
  manager: EntityManager,
  tenantId: string,
  which: TasksOfPerson,
  page: { readonly before: string | null; readonly limit: number; readonly offset?: number | undefined },
): Promise<readonly TaskRow[]> {
  const [where, values] = whereOf(which, 5);
  return manager.query(
    `${SELECT} and ${where} and ($2::uuid is null or t.id < $2) order by t.id desc limit $3 offset $4`,
    [tenantId, page.before, page.limit, page.offset ?? 0, ...values],
  );
}

/** The condition of such a list, its values numbered from `first` on. */
function whereOf(which: TasksOfPerson, first: number): readonly [string, readonly unknown[]] {
  if ('doneBy' in which) {
    const done = `('approved', 'rejected', 'transferred', 'returned', 'resolved')`;
    return [`t.acted_by = $${first} and t.assignee_id = $${first} and t.status in ${done}`, [which.doneBy]];
  }
  if (which.status === 'all') return [`t.assignee_id = $${first}`, [which.assigneeId]];
  return [`t.assignee_id = $${first} and t.status = $${first + 1}`, [which.assigneeId, which.status]];
}

/** How many tasks such a list has. */
export async function countTasks(manager: EntityManager, tenantId: string, which: TasksOfPerson): Promise<number> {
  const [where, values] = whereOf(which, 2);
  const sql = `select count(*) from herald.apv_task t where t.tenant_id = $1 and ${where}`;
  const rows: { count: string }[] = await manager.query(sql, [tenantId, ...values]);
  return Number(rows[0]?.count ?? 0);
}

/** Writes new tasks, all with one statement. */
export async function insertTasks(
  manager: EntityManager,
  tenantId: string,
  instanceId: string,
  tasks: readonly StoredTask[],
): Promise<void> {
  if (tasks.length === 0) return;
  await manager.query(
    `insert into herald.apv_task (tenant_id, id, instance_id, key, node_id, visit, seq, group_key, mode, assignee_id,
       assignee_name, on_behalf_of, origin, parent_key, status, action, acted_by, comment, opened_at, due_at, decided_at)
     select $1, t.id, $2, t.key, t.node_id, t.visit, t.seq, t.group_key, t.mode, t.assignee_id, t.assignee_name, t.on_behalf_of,
            t.origin, t.parent_key, t.status, t.action, t.acted_by, t.comment, t.opened_at, t.due_at, t.decided_at
       from jsonb_to_recordset($3::jsonb) as t(id uuid, key text, node_id text, visit int, seq int, group_key text, mode text,
            assignee_id text, assignee_name text, on_behalf_of text, origin text, parent_key text, status text, action text,
            acted_by text, comment text, opened_at timestamptz, due_at timestamptz, decided_at timestamptz)`,
    [tenantId, instanceId, JSON.stringify(tasks.map(recordOf))],
  );
}

/** Writes what became of tasks; each row's revision rises by one. */
export async function updateTasks(
  manager: EntityManager,
  tenantId: string,
  instanceId: string,
  tasks: readonly Task[],
): Promise<void> {
  if (tasks.length === 0) return;
  await manager.query(
    `update herald.apv_task t set status = c.status, action = c.action, acted_by = c.acted_by, comment = c.comment,
            due_at = c.due_at, decided_at = c.decided_at, revision = t.revision + 1
       from jsonb_to_recordset($3::jsonb) as c(key text, status text, action text, acted_by text, comment text,
            due_at timestamptz, decided_at timestamptz)
      where t.tenant_id = $1 and t.instance_id = $2 and t.key = c.key`,
    [tenantId, instanceId, JSON.stringify(tasks.map(changeOf))],
  );
}

function recordOf({ id, task, mode }: StoredTask): object {
  return {
    id,
    node_id: task.nodeId,
    visit: task.visit,
    seq: task.seq,
    group_key: task.group,
    mode,
    assignee_id: task.assigneeId,
    assignee_name: task.assigneeName,
    on_behalf_of: task.onBehalfOf,
    origin: task.origin,
    parent_key: task.parentKey,
    opened_at: task.openedAt,
    ...changeOf(task),
  };
}

function changeOf(task: Task): object {
  return {
    key: task.key,
    status: task.status,
    action: task.action,
    acted_by: task.by,
    comment: task.comment,
    due_at: task.dueAt,
    decided_at: task.at,
  };
}

/** Ids of the tasks of an instance by the engine's keys. */
export async function idsOfTasks(
  manager: EntityManager,
  tenantId: string,
  instanceId: string,
): Promise<ReadonlyMap<string, string>> {
  const rows: { key: string; id: string }[] = await manager.query(
    `select key, id from herald.apv_task where tenant_id = $1 and instance_id = $2`,
    [tenantId, instanceId],
  );
  return new Map(rows.map((row) => [row.key, row.id]));
}

/** A task as it is answered. */
export function approvalTaskOf(row: TaskRow): ApprovalTask {
  return {
    id: row.id,
    instanceId: row.instance_id,
    title: row.title,
    code: row.code,
    applicantId: row.applicant_id,
    applicantName: row.applicant_name,
    instanceStatus: row.instance_status,
    nodeId: row.node_id,
    nodeName: row.node_name ?? row.node_id,
    status: row.status,
    mode: row.mode,
    origin: row.origin,
    assigneeId: row.assignee_id,
    assigneeName: row.assignee_name,
    onBehalfOf: row.on_behalf_of,
    candidates: [],
    action: row.action,
    by: row.acted_by,
    comment: row.comment,
    dueAt: row.due_at?.toISOString() ?? null,
    decidedAt: row.decided_at?.toISOString() ?? null,
    revision: row.revision,
    createdAt: row.opened_at.toISOString(),
  };
}
