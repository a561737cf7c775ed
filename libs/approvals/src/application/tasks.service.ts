import { Injectable } from '@nestjs/common';
import { idField, keyAt, pageFrom, withTotal, type Page } from '@nest-herald/platform/http';
import { joinTenant } from '@nest-herald/platform/postgres';
import { databaseTime } from '../store/database-time.js';
import type { EntityManager } from 'typeorm';
import { isTaskStep, leadsTo, stepName, type Graph } from '../engine/graph/graph.js';
import type { CommandBody } from '../engine/instance/command.js';
import type { InstanceState, TaskStatus } from '../engine/instance/instance-state.js';
import { instanceOf, readInstance, type Instance } from '../store/instance-store.js';
import { countTasks, listTasks, type TaskFilter } from '../store/task-lists.js';
import { approvalTaskOf, readTask, type ApprovalTask, type TaskRow } from '../store/task-store.js';
import { notFound } from './approval.errors.js';
import type { Caller } from './caller.js';
import { CommandExecutor } from './command-executor.js';
import { GraphCache } from './graph-cache.js';
import { requireInvolved } from './involvement.js';
import type { PageQuery } from './page-query.js';

type WithoutTask<C> = C extends { readonly task: string } ? Omit<C, 'task'> : never;
/** A command on a task. */
export type TaskCommand = WithoutTask<CommandBody>;

/** A task after a command, with its instance. */
export interface DecidedTask {
  readonly task: ApprovalTask;
  readonly instance: Instance;
}

/** What the caller can do with a task. */
export interface TaskActions {
  readonly taskId: string;
  readonly revision: number;
  readonly actions: readonly {
    readonly action: TaskCommand['type'];
    readonly allowed: boolean;
    /** Why not. */
    readonly code?: string;
    readonly reason?: string;
  }[];
  /** The steps to which the task can be returned, besides `START`. */
  readonly returnTo: readonly { readonly id: string; readonly name: string }[];
  readonly editableFields: readonly string[];
}

/** Refusals caused by the arguments of a command; the caller is allowed to use the command. */
const ARGUMENT_REFUSALS: ReadonlySet<string> = new Set([
  'invalid_assignee',
  'already_assigned',
  'invalid_form',
  'invalid_pick',
]);

/** Tasks. Every method joins the caller's transaction. */
@Injectable()
export class TasksService {
  constructor(
    private readonly commands: CommandExecutor,
    private readonly graphs: GraphCache,
  ) {}

  /**
   * Executes a command on a task.
   *
   * @param revision the revision of the task that the caller expects (`If-Match`)
   * @throws ApprovalRefusal 404; 403 `not_assignee`, `self_approval` …; 409 `already_decided` with by, at and action,
   * `instance_closed` …; 412; 422
   */
  async execute(
    manager: EntityManager,
    caller: Caller,
    taskId: string,
    command: TaskCommand,
    revision?: number,
  ): Promise<DecidedTask> {
    await joinTenant(manager, caller.tenantId, 'TasksService.execute');
    const found = await readTask(manager, caller.tenantId, taskId);
    if (found === undefined) throw notFound('task');
    const locked = await this.commands.lock(manager, caller.tenantId, found.instance_id);
    // Read after the lock: a concurrent command may have changed the task before.
    const actual = (await readTask(manager, caller.tenantId, taskId))?.revision ?? 0;
    const body = { ...command, task: found.key } as CommandBody;
    const row = await this.commands.execute(manager, caller, locked, body, { expected: revision, actual });
    const after = await readTask(manager, caller.tenantId, taskId);
    if (after === undefined) throw notFound('task');
    return { task: approvalTaskOf(after), instance: instanceOf(row) };
  }

  /** @throws ApprovalRefusal 404; 403 `forbidden` for people who are not involved in the instance */
  async get(manager: EntityManager, caller: Caller, taskId: string): Promise<ApprovalTask> {
    await joinTenant(manager, caller.tenantId, 'TasksService.get');
    const task = await readTask(manager, caller.tenantId, taskId);
    if (task === undefined) throw notFound('task');
    const instance = await readInstance(manager, caller.tenantId, task.instance_id);
    if (instance === undefined) throw notFound('task');
    requireInvolved(caller, instance.state);
    return approvalTaskOf(task);
  }

  /** Lists tasks, newest first. */
  async list(
    manager: EntityManager,
    caller: Caller,
    filter: TaskFilter,
    query: PageQuery,
  ): Promise<Page<ApprovalTask>> {
    await joinTenant(manager, caller.tenantId, 'TasksService.list');
    const page = { before: keyAt(query.cursor, idField), limit: query.limit + 1, offset: query.offset };
    const rows = await listTasks(manager, caller.tenantId, filter, page);
    const found = pageFrom(rows, query.limit, approvalTaskOf, (row) => row.id);
    return withTotal(found, query, () => countTasks(manager, caller.tenantId, filter));
  }

  async count(manager: EntityManager, caller: Caller, status: TaskStatus | 'all'): Promise<number> {
    await joinTenant(manager, caller.tenantId, 'TasksService.count');
    return countTasks(manager, caller.tenantId, { assigneeId: caller.userId, status });
  }

  /** What the caller can do with a task and, if not, why. The engine decides each command, and nothing is written. */
  async actions(manager: EntityManager, caller: Caller, taskId: string): Promise<TaskActions> {
    await joinTenant(manager, caller.tenantId, 'TasksService.actions');
    const task = await readTask(manager, caller.tenantId, taskId);
    const instance = task && (await readInstance(manager, caller.tenantId, task.instance_id));
    if (task === undefined || instance === undefined) throw notFound('task');
    requireInvolved(caller, instance.state);
    const graph = await this.graphs.graphOf(manager, caller.tenantId, instance.definition_id, instance.version);
    const now = await databaseTime(manager);
    const actions: TaskActions['actions'][number][] = [];
    for (const command of possibleCommands(task)) {
      const body = { ...command, task: task.key } as CommandBody;
      const decision = await this.commands.decide(manager, caller, graph, instance.state, body, now);
      const { type: action } = command;
      if (decision.kind === 'decided' || ARGUMENT_REFUSALS.has(decision.refusal.code)) {
        actions.push({ action, allowed: true });
      } else {
        const { code, message: reason } = decision.refusal;
        actions.push({ action, allowed: false, code, reason });
      }
    }
    const mayReturn = actions.some(({ action, allowed }) => action === 'return' && allowed);
    const step = graph.steps.get(task.node_id);
    return {
      taskId: task.id,
      revision: task.revision,
      actions,
      returnTo: mayReturn ? returnTargets(graph, instance.state, task.node_id) : [],
      editableFields: isTaskStep(step) ? [...(step.editableFields ?? [])] : [],
    };
  }
}

function possibleCommands({ status, origin, assignee_id: to }: TaskRow): readonly TaskCommand[] {
  const isDelegation = status === 'delegated' || origin === 'delegate';
  return [
    { type: 'approve' },
    { type: 'reject' },
    { type: 'transfer', to },
    { type: 'delegate', to },
    ...(isDelegation ? [{ type: 'resolve' } as const] : []),
    { type: 'return', to: 'START' },
  ];
}

/** The approved steps before a step. */
function returnTargets(graph: Graph, state: InstanceState, stepId: string): { id: string; name: string }[] {
  const approved = state.runs.filter(
    (run) => run.status === 'approved' && !run.voided && leadsTo(graph, run.nodeId, stepId),
  );
  return [...new Set(approved.map((run) => run.nodeId))].map((id) => ({ id, name: stepName(graph, id) }));
}
