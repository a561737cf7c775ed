import type { EntityManager } from 'typeorm';
import type { InstanceStatus, StepRun, Task, TaskStatus } from '../engine/instance/instance-state.js';

/** A row of `apv_task` with some columns of its instance. */
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
  readonly instance_status: InstanceStatus;
}

/** A task: one person's turn at a step. */
export interface ApprovalTask {
  readonly id: string;
  readonly instanceId: string;
  readonly title: string;
  readonly code: string;
  readonly applicantId: string;
  readonly applicantName: string;
  readonly instanceStatus: InstanceStatus;
  readonly nodeId: string;
  readonly nodeName: string;
  readonly status: TaskStatus;
  readonly mode: string;
  readonly origin: string;
  readonly assigneeId: string;
  readonly assigneeName: string;
  readonly onBehalfOf: string | null;
  /** Groups whose members can claim the task; empty while every task has an assignee. */
  readonly candidates: readonly string[];
  readonly action: string | null;
  /** Who ended the task. */
  readonly by: string | null;
  readonly comment: string | null;
  readonly dueAt: string | null;
  readonly decidedAt: string | null;
  readonly revision: number;
  readonly createdAt: string;
}

/** A new task with the id of its row. */
export interface NewTask {
  readonly id: string;
  readonly task: Task;
  readonly mode: StepRun['mode'];
}

/** Selects tasks with the columns of `TaskRow`. */
export const SELECT_TASKS = `
  select t.*, i.title, i.code, i.applicant_id, i.applicant_name, i.status as instance_status,
         (select n.value ->> 'name' from jsonb_array_elements(v.definition -> 'nodes') n(value)
           where n.value ->> 'id' = t.node_id) as node_name
    from herald.apv_task t
    join herald.apv_instance i on i.tenant_id = t.tenant_id and i.id = t.instance_id
    join herald.apv_definition_version v
      on v.tenant_id = i.tenant_id and v.definition_id = i.definition_id and v.version = i.version
   where t.tenant_id = $1`;

/** Reads a task. Its instance never changes, so it can be read before the instance is locked. */
export async function readTask(manager: EntityManager, tenantId: string, id: string): Promise<TaskRow | undefined> {
  const rows: TaskRow[] = await manager.query(`${SELECT_TASKS} and t.id = $2`, [tenantId, id]);
  return rows[0];
}

/** Reads the tasks of an instance in the order in which they were opened. */
export async function tasksOfInstance(
  manager: EntityManager,
  tenantId: string,
  instanceId: string,
): Promise<readonly TaskRow[]> {
  return manager.query(`${SELECT_TASKS} and t.instance_id = $2 order by t.id`, [tenantId, instanceId]);
}

/** Inserts tasks with one statement. */
export async function insertTasks(
  manager: EntityManager,
  tenantId: string,
  instanceId: string,
  tasks: readonly NewTask[],
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

/** Updates tasks with one statement; the revision of each row rises by one. */
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

function recordOf({ id, task, mode }: NewTask): object {
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

/** Maps the engine's keys of an instance's tasks to the ids of their rows. */
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

/** Maps a row to a task. */
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
