import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { type Graph, stepName } from '../engine/graph/graph.js';
import type { InstanceEvent } from '../engine/instance/instance-event.js';
import type { InstanceState, StepRun, Task } from '../engine/instance/instance-state.js';
import { idsOfTasks, insertTasks, updateTasks } from './task-store.js';

/** One task that a command opened, activated or ended, and as it was before. */
export interface TaskChange {
  readonly id: string;
  readonly before: Task | undefined;
  readonly after: Task;
}

/** The nodes at which an instance is, for people. */
export function currentNodesOf(graph: Graph, state: InstanceState): readonly { id: string; name: string }[] {
  const ids = [...new Set(state.tokens.map((token) => token.nodeId))];
  return ids.map((id) => ({ id, name: stepName(graph, id) }));
}

/**
 * Brings the rows of tasks, visits and copies up to a new state. Only what changed is written; the caller holds the
 * instance's row.
 */
export async function project(
  manager: EntityManager,
  tenantId: string,
  before: InstanceState,
  after: InstanceState,
  events: readonly InstanceEvent[],
  now: string,
): Promise<readonly TaskChange[]> {
  const known = new Map(before.tasks.map((task) => [task.key, task]));
  // The engine replaces what it changes, so the same object is the same task.
  const touched = after.tasks.filter((task) => !sameTask(known.get(task.key), task));
  const ids = touched.length === 0 ? new Map<string, string>() : await idsOfTasks(manager, tenantId, after.instanceId);
  const changes = touched.map((task): TaskChange => ({
    id: ids.get(task.key) ?? uuidv7(),
    before: known.get(task.key),
    after: task,
  }));
  await insertTasks(
    manager,
    tenantId,
    after.instanceId,
    changes
      .filter((change) => change.before === undefined)
      .map((change) => ({ id: change.id, task: change.after, mode: modeOf(after, change.after) })),
  );
  await updateTasks(
    manager,
    tenantId,
    after.instanceId,
    changes.filter((change) => change.before !== undefined).map((change) => change.after),
  );
  await writeRuns(manager, tenantId, before, after, now);
  await writeCopies(manager, tenantId, before, after, events, now);
  return changes;
}

function sameTask(before: Task | undefined, after: Task): boolean {
  return (
    before !== undefined &&
    before.status === after.status &&
    before.dueAt === after.dueAt &&
    before.action === after.action &&
    before.by === after.by &&
    before.at === after.at &&
    before.comment === after.comment
  );
}

function modeOf(state: InstanceState, task: Task): StepRun['mode'] {
  return state.runs.find((run) => run.nodeId === task.nodeId && run.visit === task.visit)?.mode ?? 'any';
}

async function writeRuns(
  manager: EntityManager,
  tenantId: string,
  before: InstanceState,
  after: InstanceState,
  now: string,
): Promise<void> {
  const changed = after.runs.filter((run) => {
    const known = before.runs.find((other) => other.nodeId === run.nodeId && other.visit === run.visit);
    return (
      known === undefined || known.status !== run.status || known.required !== run.required || known.mode !== run.mode
    );
  });
  if (changed.length === 0) return;
  const rows = changed.map((run) => ({
    node_id: run.nodeId,
    visit: run.visit,
    round: run.round,
    mode: run.mode,
    required: run.required,
    status: run.status,
    left_at: run.status === 'active' ? null : now,
  }));
  await manager.query(
    `insert into herald.apv_node_run (tenant_id, instance_id, node_id, visit, round, mode, required, status, entered_at, left_at)
     select $1, $2, r.node_id, r.visit, r.round, r.mode, r.required, r.status, $4, r.left_at
       from jsonb_to_recordset($3::jsonb) as r(node_id text, visit int, round int, mode text, required int, status text,
            left_at timestamptz)
     on conflict (tenant_id, instance_id, node_id, visit) do update
       set mode = excluded.mode, required = excluded.required, status = excluded.status, left_at = excluded.left_at`,
    [tenantId, after.instanceId, JSON.stringify(rows), now],
  );
}

async function writeCopies(
  manager: EntityManager,
  tenantId: string,
  before: InstanceState,
  after: InstanceState,
  events: readonly InstanceEvent[],
  now: string,
): Promise<void> {
  if (!events.some((event) => event.type === 'copied')) return;
  const added = after.cc.filter((userId) => !before.cc.includes(userId));
  if (added.length === 0) return;
  await manager.query(
    `insert into herald.apv_cc (tenant_id, instance_id, user_id, at)
     select $1, $2, person, $4 from unnest($3::text[]) as named(person)
     on conflict do nothing`,
    [tenantId, after.instanceId, added, now],
  );
}
