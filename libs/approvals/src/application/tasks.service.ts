import { Inject, Injectable } from '@nestjs/common';
import { databaseTime, joinTenant } from '@nest-herald/platform/postgres';
import type { EntityManager } from 'typeorm';
import { unknown } from './approval.errors.js';
import type { Caller } from './caller.js';
import { GraphCache } from './graph-cache.js';
import { type Graph, isTaskStep, leadsTo, stepName } from '../engine/graph/graph.js';
import type { InstanceState, TaskStatus } from '../engine/instance/instance-state.js';
import type { Instance } from '../http/instance.schemas.js';
import { instanceOf, readInstance } from '../store/instance-store.js';
import { requireInvolved } from './instances.service.js';
import { idField } from '../http/known-id.js';
import { keyAt, pageFrom, withTotal, type Page } from '@nest-herald/platform/http';
import { InstanceCommands } from './command-executor.js';
import type { CommandBody } from '../engine/instance/command.js';
import {
  approvalTaskOf,
  countTasks,
  listTasks,
  readTask,
  type TaskRow,
  type TasksOfPerson,
} from '../store/task-store.js';
import type { ApprovalTask, PageQuery, TaskActions } from '../http/task.schemas.js';

type VerbBody<C> = C extends { readonly task: string } ? Omit<C, 'task'> : never;
/** What somebody does to a task. */
export type TaskVerb = VerbBody<CommandBody>;

/** A task after a verb, with its instance. */
export interface Decided {
  readonly task: ApprovalTask;
  readonly instance: Instance;
}

/** Refusals that a verb's arguments cause; the verb itself is open to the caller. */
const ARGUMENT_FAULTS: ReadonlySet<string> = new Set([
  'invalid_assignee',
  'already_assigned',
  'invalid_form',
  'invalid_pick',
]);

/** What people do with their tasks; every method works inside the caller's transaction. */
@Injectable()
export class TasksService {
  constructor(
    @Inject(InstanceCommands) private readonly commands: InstanceCommands,
    @Inject(GraphCache) private readonly graphs: GraphCache,
  ) {}

  /**
   * Does something to a task.
   * @param revision of the task, as the caller knew it (`If-Match`).
   * @throws ApprovalRefusal 404, 403 `not_assignee` | `self_approval` …, 409 `already_decided` with by, at and action |
   * `instance_closed`, 412, 422.
   */
  async give(
    manager: EntityManager,
    caller: Caller,
    taskId: string,
    verb: TaskVerb,
    revision?: number,
  ): Promise<Decided> {
    await joinTenant(manager, caller.tenantId, 'TasksService.give');
    const found = await readTask(manager, caller.tenantId, taskId);
    if (found === undefined) throw unknown('task');
    const held = await this.commands.hold(manager, caller.tenantId, found.instance_id);
    // Read again behind the lock: somebody may have been first.
    const actual = (await readTask(manager, caller.tenantId, taskId))?.revision ?? 0;
    const body = { ...verb, task: found.key } as CommandBody;
    const row = await this.commands.give(manager, caller, held, body, { expected: revision, actual });
    const after = await readTask(manager, caller.tenantId, taskId);
    if (after === undefined) throw unknown('task');
    return { task: approvalTaskOf(after), instance: instanceOf(row) };
  }

  /** @throws ApprovalRefusal 404; 403 for people of the tenant who have nothing to do with its instance. */
  async get(manager: EntityManager, caller: Caller, taskId: string): Promise<ApprovalTask> {
    await joinTenant(manager, caller.tenantId, 'TasksService.get');
    const task = await readTask(manager, caller.tenantId, taskId);
    if (task === undefined) throw unknown('task');
    const instance = await readInstance(manager, caller.tenantId, task.instance_id);
    if (instance === undefined) throw unknown('task');
    requireInvolved(caller, instance.state);
    return approvalTaskOf(task);
  }

  /** The caller's tasks, newest first. */
  async list(
    manager: EntityManager,
    caller: Caller,
    which: TasksOfPerson,
    query: PageQuery,
  ): Promise<Page<ApprovalTask>> {
    await joinTenant(manager, caller.tenantId, 'TasksService.list');
    const before = keyAt(query.cursor, idField);
    const page = { before, limit: query.limit + 1, offset: query.offset };
    const rows = await listTasks(manager, caller.tenantId, which, page);
    const found = pageFrom(rows, query.limit, approvalTaskOf, (row) => row.id);
    return withTotal(found, query, () => countTasks(manager, caller.tenantId, which));
  }

  async count(manager: EntityManager, caller: Caller, status: TaskStatus | 'all'): Promise<number> {
    await joinTenant(manager, caller.tenantId, 'TasksService.count');
    return countTasks(manager, caller.tenantId, { assigneeId: caller.userId, status });
  }

  /** What the caller may do with a task and, where not, why: the engine is asked, nothing is written. */
  async actions(manager: EntityManager, caller: Caller, taskId: string): Promise<TaskActions> {
    await joinTenant(manager, caller.tenantId, 'TasksService.actions');
    const task = await readTask(manager, caller.tenantId, taskId);
    const instance = task && (await readInstance(manager, caller.tenantId, task.instance_id));
    if (task === undefined || instance === undefined) throw unknown('task');
    requireInvolved(caller, instance.state);
    const graph = await this.graphs.graphOf(manager, caller.tenantId, instance.definition_id, instance.version);
    const now = await databaseTime(manager);
    const verbs: readonly CommandBody[] = [
      { type: 'approve', task: task.key },
      { type: 'reject', task: task.key },
      { type: 'transfer', task: task.key, to: task.assignee_id },
      { type: 'delegate', task: task.key, to: task.assignee_id },
      ...(isDelegation(task) ? [{ type: 'resolve', task: task.key } as const] : []),
      { type: 'return', task: task.key, to: 'START' },
    ];
    const actions: TaskActions['actions'][number][] = [];
    for (const verb of verbs) {
      const answer = await this.commands.decide(manager, caller, graph, instance.state, verb, now);
      const action = verb.type as TaskActions['actions'][number]['action'];
      if (answer.kind === 'decided' || ARGUMENT_FAULTS.has(answer.refusal.code))
        actions.push({ action, allowed: true });
      else actions.push({ action, allowed: false, code: answer.refusal.code, reason: answer.refusal.message });
    }
    const mayReturn = actions.some(({ action, allowed }) => action === 'return' && allowed);
    const node = graph.steps.get(task.node_id);
    return {
      taskId: task.id,
      revision: task.revision,
      actions,
      returnTo: mayReturn ? returnTargets(graph, instance.state, task.node_id) : [],
      editableFields: isTaskStep(node) ? [...(node.editableFields ?? [])] : [],
    };
  }
}

/** Either side of a delegation. */
function isDelegation({ status, origin }: TaskRow): boolean {
  return status === 'delegated' || origin === 'delegate';
}

/** Approved nodes that lie before one. */
function returnTargets(graph: Graph, state: InstanceState, nodeId: string): { id: string; name: string }[] {
  const passed = state.runs.filter(
    (run) => run.status === 'approved' && !run.voided && leadsTo(graph, run.nodeId, nodeId),
  );
  return [...new Set(passed.map((run) => run.nodeId))].map((id) => ({ id, name: stepName(graph, id) }));
}
