import { Injectable } from '@nestjs/common';
import { databaseTime } from '../store/database-time.js';
import type { EntityManager } from 'typeorm';
import { historyOf } from '../engine/audit/history.js';
import { decide } from '../engine/decide/decide.js';
import type { Decision } from '../engine/decide/transition.js';
import { stepName, type Graph } from '../engine/graph/graph.js';
import type { Command, CommandBody } from '../engine/instance/command.js';
import type { InstanceState } from '../engine/instance/instance-state.js';
import { appendHistory } from '../store/audit-store.js';
import { instanceOf, readInstance, updateInstance, type InstanceRow } from '../store/instance-store.js';
import { project } from '../store/project.js';
import { Announcer } from './announce/announcer.js';
import { ApprovalHooks } from './announce/approval-hooks.js';
import { notFound, refusalOf, requireRevision } from './approval.errors.js';
import { actorOf, type Caller } from './caller.js';
import { DirectoryAnswers } from './directory-answers.js';
import { GraphCache } from './graph-cache.js';

/** An instance whose row is locked by this transaction. */
export interface LockedInstance {
  readonly row: InstanceRow;
  readonly graph: Graph;
}

/**
 * Executes commands on instances, one instance per transaction. The row of the instance is locked first, and everything that
 * follows from the decision (rows, history, hooks, notifications, events) is written in the same transaction. A concurrent
 * command waits for the lock and then decides on the new state.
 */
@Injectable()
export class CommandExecutor {
  constructor(
    private readonly graphs: GraphCache,
    private readonly directory: DirectoryAnswers,
    private readonly hooks: ApprovalHooks,
    private readonly announcer: Announcer,
  ) {}

  /** Locks an instance. @throws ApprovalRefusal 404 */
  async lock(manager: EntityManager, tenantId: string, instanceId: string): Promise<LockedInstance> {
    const row = await readInstance(manager, tenantId, instanceId, true);
    if (row === undefined) throw notFound('instance');
    return { row, graph: await this.graphs.graphOf(manager, tenantId, row.definition_id, row.version) };
  }

  /**
   * Decides a command on a locked instance and writes everything that follows.
   *
   * @param revision the revision that the caller expects and the actual one. They are compared after the check of permissions
   * and before any other refusal.
   * @throws ApprovalRefusal with the engine's code, or 412 `precondition_failed`; any error of a hook
   */
  async execute(
    manager: EntityManager,
    caller: Caller,
    { row, graph }: LockedInstance,
    body: CommandBody,
    revision: { readonly expected: number | undefined; readonly actual: number },
  ): Promise<InstanceRow> {
    const now = await databaseTime(manager);
    const decision = await this.decide(manager, caller, graph, row.state, body, now);
    if (decision.kind === 'refused') {
      const refusal = refusalOf(decision.refusal);
      // Callers without permission learn nothing, not even that their revision is stale.
      const isHidden = refusal.getStatus() === 403 || refusal.getStatus() === 404;
      if (!isHidden) requireRevision(revision.expected, revision.actual);
      throw refusal;
    }
    requireRevision(revision.expected, revision.actual);
    const { tenantId, userId: actorId } = caller;
    const { state, events } = decision;
    const changes = await project(manager, tenantId, row.state, state, now);
    const end = await appendHistory(
      manager,
      caller,
      row.id,
      { lastAction: row.last_action, lastHash: row.last_hash },
      historyOf(row.state, events),
    );
    const currentNodes = currentSteps(graph, state);
    const after = await updateInstance(manager, tenantId, row, { state, currentNodes, ...end, now });
    await this.hooks.call({ manager, tenantId, instance: instanceOf(after), actorId, reason: null }, events);
    const outcome = { tenantId, actorId, graph, before: row.state, row: after, events, changes };
    await this.announcer.announce(manager, outcome);
    return after;
  }

  /** Decides a command without executing it. */
  decide(
    manager: EntityManager,
    caller: Caller,
    graph: Graph,
    state: InstanceState,
    body: CommandBody,
    now: string,
  ): Promise<Exclude<Decision, { readonly kind: 'needs' }>> {
    const command = { ...body, actor: actorOf(caller) } as Command;
    return this.directory.complete(manager, caller.tenantId, (directory) =>
      decide(graph, state, command, { now, directory }),
    );
  }
}

function currentSteps(graph: Graph, state: InstanceState): readonly { id: string; name: string }[] {
  const ids = [...new Set(state.tokens.map((token) => token.nodeId))];
  return ids.map((id) => ({ id, name: stepName(graph, id) }));
}
