import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { InstanceState, StepRun, Task } from '../engine/instance/instance-state.js';
import { insertCopies, writeRuns } from './run-store.js';
import { idsOfTasks, insertTasks, updateTasks } from './task-store.js';

/** A task that a command opened or changed, before and after. */
export interface TaskChange {
  readonly id: string;
  readonly before: Task | undefined;
  readonly after: Task;
}

/**
 * Writes the rows of tasks, runs and copies that differ between two states. The caller has locked the instance's row.
 *
 * @returns the changed tasks
 */
export async function project(
  manager: EntityManager,
  tenantId: string,
  before: InstanceState,
  after: InstanceState,
  now: string,
): Promise<readonly TaskChange[]> {
  const { instanceId } = after;
  const known = new Map(before.tasks.map((task) => [task.key, task]));
  const changed = after.tasks.filter((task) => !isSameTask(known.get(task.key), task));
  const ids = changed.length === 0 ? new Map<string, string>() : await idsOfTasks(manager, tenantId, instanceId);
  const changes = changed.map((task): TaskChange => ({
    id: ids.get(task.key) ?? uuidv7(),
    before: known.get(task.key),
    after: task,
  }));
  const opened = changes.filter((change) => change.before === undefined);
  const updated = changes.filter((change) => change.before !== undefined);
  const newTasks = opened.map(({ id, after: task }) => ({ id, task, mode: modeOf(after, task) }));
  await insertTasks(manager, tenantId, instanceId, newTasks);
  const updatedTasks = updated.map((change) => change.after);
  await updateTasks(manager, tenantId, instanceId, updatedTasks);
  await writeRuns(manager, tenantId, instanceId, changedRuns(before, after), now);
  const copied = after.cc.filter((userId) => !before.cc.includes(userId));
  await insertCopies(manager, tenantId, instanceId, copied, now);
  return changes;
}

function isSameTask(before: Task | undefined, after: Task): boolean {
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

function changedRuns(before: InstanceState, after: InstanceState): readonly StepRun[] {
  return after.runs.filter((run) => {
    const known = before.runs.find((other) => other.nodeId === run.nodeId && other.visit === run.visit);
    return (
      known === undefined || known.status !== run.status || known.required !== run.required || known.mode !== run.mode
    );
  });
}
