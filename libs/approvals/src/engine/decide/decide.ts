import type { Command } from '../instance/command.js';
import * as instance from './instance-commands.js';
import * as task from './task-commands.js';
import type { Graph } from '../graph/graph.js';
import type { Refusal } from '../instance/refusal.js';
import type { InstanceState } from '../instance/instance-state.js';
import { Work, type DecideContext, type Decision } from './transition.js';

/**
 * What a command does to an instance. Pure and total: the same arguments give the same answer, nothing is written, and
 * every command on every state is either decided or refused with a stable code.
 *
 * The directory is asked by the caller: while a fact is missing in `context.directory` the answer is `needs`; add the
 * answers and give the command again (each pass asks as much as it can, and a chain of managers one step at a time, so
 * a few passes are enough). Nothing of an unfinished pass is kept.
 *
 * The caller serialises commands of one instance (approvals.md "Concurrency rules"): the answer holds for exactly the
 * state it was given. `decided.state` is `replay(state, decided.events)`.
 */
export function decide(graph: Graph, state: InstanceState, command: Command, context: DecideContext): Decision {
  const work = new Work(graph, state, command.actor.id, context);
  const refusal = run(work, command);
  const questions = work.directory.missing;
  if (questions.length > 0) return { kind: 'needs', questions };
  if (refusal !== undefined) return { kind: 'refused', refusal };
  return { kind: 'decided', events: work.events, state: work.state };
}

function run(work: Work, command: Command): Refusal | undefined {
  switch (command.type) {
    case 'start':
      return instance.start(work, command);
    case 'approve':
      return task.approve(work, command);
    case 'reject':
      return task.reject(work, command);
    case 'transfer':
      return task.transfer(work, command);
    case 'delegate':
      return task.delegate(work, command);
    case 'resolve':
      return task.resolve(work, command);
    case 'return':
      return task.giveBack(work, command);
    case 'resubmit':
      return instance.resubmit(work, command);
    case 'withdraw':
      return instance.withdraw(work, command);
    case 'cancel':
      return instance.cancel(work, command);
    case 'suspend':
      return instance.suspend(work, command);
    case 'resume':
      return instance.resume(work, command);
    case 'expire':
      return instance.expire(work, command);
    case 'recover':
      return instance.recover(work, command);
    case 'comment':
      return instance.comment(work, command);
    case 'cc':
      return instance.copy(work, command);
    case 'assign':
      return task.assign(work, command);
  }
}
