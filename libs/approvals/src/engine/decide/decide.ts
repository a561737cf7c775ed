import type { Graph } from '../graph/graph.js';
import type { Command } from '../instance/command.js';
import type { InstanceState } from '../instance/instance-state.js';
import type { EngineRefusal } from '../instance/refusal.js';
import * as instance from './instance-commands.js';
import * as task from './task-commands.js';
import { Transition, type DecideContext, type Decision } from './transition.js';

/**
 * Decides a command on an instance. The function is pure and total: the same arguments give the same answer, nothing is
 * written, and every command on every state is either decided or refused with a stable code.
 *
 * While `context.directory` lacks a fact, the answer is `needs`: the caller adds the directory's answers and calls again. Each
 * pass collects as many questions as possible (a chain of managers one level at a time), and nothing of an unfinished pass is
 * kept.
 *
 * The caller serialises the commands of one instance (approvals.md "How the engine decides"), because the answer holds only for
 * the given state. `decided.state` equals `replay(state, decided.events)`.
 */
export function decide(graph: Graph, state: InstanceState, command: Command, context: DecideContext): Decision {
  const transition = new Transition(graph, state, command.actor.id, context);
  const refusal = execute(transition, command);
  const questions = transition.directory.missing;
  if (questions.length > 0) return { kind: 'needs', questions };
  if (refusal !== undefined) return { kind: 'refused', refusal };
  return { kind: 'decided', events: transition.events, state: transition.state };
}

function execute(transition: Transition, command: Command): EngineRefusal | undefined {
  switch (command.type) {
    case 'start':
      return instance.start(transition, command);
    case 'approve':
      return task.approve(transition, command);
    case 'reject':
      return task.reject(transition, command);
    case 'transfer':
      return task.transfer(transition, command);
    case 'delegate':
      return task.delegate(transition, command);
    case 'resolve':
      return task.resolve(transition, command);
    case 'return':
      return task.returnInstance(transition, command);
    case 'resubmit':
      return instance.resubmit(transition, command);
    case 'withdraw':
      return instance.withdraw(transition, command);
    case 'cancel':
      return instance.cancel(transition, command);
    case 'suspend':
      return instance.suspend(transition, command);
    case 'resume':
      return instance.resume(transition, command);
    case 'expire':
      return instance.expire(transition, command);
    case 'recover':
      return instance.recover(transition, command);
    case 'comment':
      return instance.comment(transition, command);
    case 'cc':
      return instance.copy(transition, command);
    case 'assign':
      return task.assign(transition, command);
  }
}
