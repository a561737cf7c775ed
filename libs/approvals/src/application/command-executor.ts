import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Command, CommandBody } from '../engine/instance/command.js';
import { refusalOf, requireRevision, statusOf, unknown } from './approval.errors.js';
import { ApprovalHooks } from './announce/approval-hooks.js';
import { actorOf, type Caller } from './caller.js';
import { GraphCache } from './graph-cache.js';
import { historyOf } from '../engine/audit/history.js';
import { decide } from '../engine/decide/decide.js';
import type { Decision } from '../engine/decide/transition.js';
import type { Graph } from '../engine/graph/graph.js';
import type { InstanceState } from '../engine/instance/instance-state.js';
import { instanceOf, readInstance, updateInstance, type InstanceRow } from '../store/instance-store.js';
import { Announcer } from './announce/announcer.js';
import { appendHistory } from '../store/audit-store.js';
import { databaseTime } from '@nest-herald/platform/postgres';
import { DirectoryAnswers } from './directory-answers.js';
import { currentNodesOf, project } from '../store/project.js';

/** An instance whose row this transaction holds. */
export interface HeldInstance {
  readonly row: InstanceRow;
  readonly graph: Graph;
}

/**
 * Gives commands to instances: one instance a transaction, its row locked first, and everything that follows from the
 * decision (rows, history, hooks, notifications, events) written in that same transaction. Whoever comes second waits, and
 * then decides on what the first one left.
 */
@Injectable()
export class InstanceCommands {
  constructor(
    @Inject(GraphCache) private readonly graphs: GraphCache,
    @Inject(DirectoryAnswers) private readonly directory: DirectoryAnswers,
    @Inject(ApprovalHooks) private readonly hooks: ApprovalHooks,
    @Inject(Announcer) private readonly announcer: Announcer,
  ) {}

  /** Locks an instance. @throws ApprovalRefusal 404. */
  async hold(manager: EntityManager, tenantId: string, instanceId: string): Promise<HeldInstance> {
    const row = await readInstance(manager, tenantId, instanceId, true);
    if (row === undefined) throw unknown('instance');
    return { row, graph: await this.graphs.graphOf(manager, tenantId, row.definition_id, row.version) };
  }

  /**
   * Decides a command on a held instance and writes everything that follows.
   * @param revision what the caller knew (`expected`) and what it is (`actual`): checked after who may, before what may.
   * @throws ApprovalRefusal with the engine's code; 412 `precondition_failed`; whatever a hook throws.
   */
  async give(
    manager: EntityManager,
    caller: Caller,
    held: HeldInstance,
    body: CommandBody,
    revision?: { readonly expected: number | undefined; readonly actual: number },
  ): Promise<InstanceRow> {
    const now = await databaseTime(manager);
    const { row, graph } = held;
    const decision = await this.decide(manager, caller, graph, row.state, body, now);
    if (decision.kind === 'refused') {
      const status = statusOf(decision.refusal.code);
      // Strangers learn nothing, not even that what they know is old.
      if (status !== 403 && status !== 404 && revision !== undefined) {
        requireRevision(revision.expected, revision.actual);
      }
      throw refusalOf(decision.refusal);
    }
    if (revision !== undefined) requireRevision(revision.expected, revision.actual);
    const { state, events } = decision;
    const changes = await project(manager, caller.tenantId, row.state, state, events, now);
    const end = await appendHistory(
      manager,
      caller,
      row.id,
      { lastAction: row.last_action, lastHash: row.last_hash },
      historyOf(row.state, events),
    );
    const currentNodes = currentNodesOf(graph, state);
    const after = await updateInstance(manager, caller.tenantId, row, { state, currentNodes, ...end, now });
    const context = { manager, tenantId: caller.tenantId, instance: instanceOf(after), actorId: caller.userId };
    await this.hooks.tell({ ...context, reason: null }, events);
    await this.announcer.tell(manager, { caller, graph, before: row.state, row: after, events, changes });
    return after;
  }

  /** What would become of a command; nothing is written. */
  decide(
    manager: EntityManager,
    caller: Caller,
    graph: Graph,
    state: InstanceState,
    body: CommandBody,
    now: string,
  ): Promise<Exclude<Decision, { readonly kind: 'needs' }>> {
    const command = { ...body, actor: actorOf(caller) } as Command;
    return this.directory.settle(manager, caller.tenantId, (directory) =>
      decide(graph, state, command, { now, directory }),
    );
  }
}
