import type { EntityManager } from 'typeorm';
import type { TaskStatus } from '../engine/instance/instance-state.js';
import type { ListPage } from './list-page.js';
import { SELECT_TASKS, type TaskRow } from './task-store.js';

/** Which tasks a list contains: those assigned to a person, or those that the person decided. */
export type TaskFilter =
  { readonly assigneeId: string; readonly status: TaskStatus | 'all' } | { readonly doneBy: string };

/** Lists tasks, newest first. */
export async function listTasks(
  manager: EntityManager,
  tenantId: string,
  filter: TaskFilter,
  page: ListPage,
): Promise<readonly TaskRow[]> {
  const [where, values] = whereOf(filter, 5);
  return manager.query(
    `${SELECT_TASKS} and ${where} and ($2::uuid is null or t.id < $2) order by t.id desc limit $3 offset $4`,
    [tenantId, page.before, page.limit, page.offset ?? 0, ...values],
  );
}

/** @param first number of the first SQL parameter */
function whereOf(filter: TaskFilter, first: number): readonly [string, readonly unknown[]] {
  if ('doneBy' in filter) {
    const done = `('approved', 'rejected', 'transferred', 'returned', 'resolved')`;
    return [`t.acted_by = $${first} and t.assignee_id = $${first} and t.status in ${done}`, [filter.doneBy]];
  }
  if (filter.status === 'all') return [`t.assignee_id = $${first}`, [filter.assigneeId]];
  return [`t.assignee_id = $${first} and t.status = $${first + 1}`, [filter.assigneeId, filter.status]];
}

/** Counts the tasks of a list. */
export async function countTasks(manager: EntityManager, tenantId: string, filter: TaskFilter): Promise<number> {
  const [where, values] = whereOf(filter, 2);
  const sql = `select count(*) from herald.apv_task t where t.tenant_id = $1 and ${where}`;
  const rows: { count: string }[] = await manager.query(sql, [tenantId, ...values]);
  return Number(rows[0]?.count ?? 0);
}

/** A person's open tasks. Of two counts, the one with the greater `rev` is newer. */
export interface OpenTaskCount {
  readonly pending: number;
  readonly overdue: number;
  readonly rev: string;
}

/** Counts a person's open tasks. */
export async function countOpenTasks(manager: EntityManager, tenantId: string, userId: string): Promise<OpenTaskCount> {
  const rows: { pending: string; overdue: string; rev: string }[] = await manager.query(
    `select count(*) as pending, count(*) filter (where due_at < clock_timestamp()) as overdue,
            pg_snapshot_xmax(pg_current_snapshot())::text as rev
       from herald.apv_task where tenant_id = $1 and assignee_id = $2 and status = 'pending'`,
    [tenantId, userId],
  );
  const [row] = rows;
  return { pending: Number(row?.pending ?? 0), overdue: Number(row?.overdue ?? 0), rev: row?.rev ?? '0' };
}
