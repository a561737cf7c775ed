import type { Actor, CommandOf } from '../instance/command.js';
import { isClosed, type InstanceState } from '../instance/instance-state.js';
import { refuse, type EngineRefusal } from '../instance/refusal.js';
import { advance } from './advance.js';
import { changeStatus, closeInstance, expireInstance, suspendInstance } from './change-status.js';
import { checkForm, checkPicks, invalidNow } from './guards.js';
import { continueInstance } from './continue-instance.js';
import type { Transition } from './transition.js';

/** Most people that one command puts on copy. */
const MAX_COPIES = 50;

/** The applicant submits the draft. */
export function start(transition: Transition, command: CommandOf<'start'>): EngineRefusal | undefined {
  if (!isApplicant(transition, command.actor) && !command.actor.manages) return forbidden('submit', transition);
  if (transition.state.status !== 'draft') return invalidNow(transition.state);
  return submit(transition, command, 'start', [transition.graph.startId]);
}

/** The applicant submits a returned instance again. */
export function resubmit(transition: Transition, command: CommandOf<'resubmit'>): EngineRefusal | undefined {
  if (!isApplicant(transition, command.actor)) return forbidden('resubmit', transition);
  if (transition.state.status !== 'returned') return invalidNow(transition.state);
  const { parked } = transition.state;
  return submit(transition, command, 'resubmit', parked.length > 0 ? parked : [transition.graph.startId]);
}

function submit(
  transition: Transition,
  command: CommandOf<'start' | 'resubmit'>,
  verb: string,
  enter: readonly string[],
): EngineRefusal | undefined {
  const { graph } = transition;
  const form = command.form ?? transition.state.form;
  const refusal =
    checkForm(graph, form) ?? checkPicks(transition, command.picks ?? [], 'applicant_pick', graph.startId);
  if (refusal !== undefined) return refusal;
  if (command.form !== undefined) transition.emit({ type: 'form_changed', form, taskKey: null });
  if (command.picks !== undefined && command.picks.length > 0) {
    transition.emit({ type: 'picks_made', picks: command.picks, taskKey: null });
  }
  const comment = command.type === 'resubmit' ? (command.comment ?? null) : null;
  changeStatus(transition, 'running', verb, comment, enter);
  advance(transition);
  // At submission the applicant can still correct the form; later the instance is suspended instead.
  const { suspension } = transition.state;
  return suspension?.reason === 'condition_failed' ? refuse('path_unresolvable', suspension.message) : undefined;
}

/** The applicant withdraws the instance. */
export function withdraw(transition: Transition, command: CommandOf<'withdraw'>): EngineRefusal | undefined {
  if (!isApplicant(transition, command.actor)) return forbidden('withdraw', transition);
  const { state, graph } = transition;
  if (state.status !== 'running' && state.status !== 'returned') return invalidNow(state);
  const policy = graph.definition.settings.withdraw;
  if (policy === 'never') return refuse('forbidden', 'This process does not allow withdrawal.');
  if (policy === 'before_first_decision' && wasDecided(state)) {
    return refuse(
      'invalid_transition',
      'A task has been decided already; this process allows withdrawal only before that.',
    );
  }
  closeInstance(transition, 'withdrawn', 'withdraw', command.reason ?? null);
  return undefined;
}

/** An administrator (or the applicant, if the process allows it) ends the instance with a reason. */
export function cancel(transition: Transition, command: CommandOf<'cancel'>): EngineRefusal | undefined {
  const { state, graph } = transition;
  const byApplicant = isApplicant(transition, command.actor) && graph.definition.settings.applicantMayCancel;
  if (!command.actor.manages && !byApplicant) return forbidden('cancel', transition);
  if (isClosed(state.status) || state.status === 'draft') return invalidNow(state);
  if (command.reason.trim() === '') return refuse('reason_required', 'A cancellation needs a reason.');
  closeInstance(transition, 'cancelled', 'cancel', command.reason);
  return undefined;
}

/** An administrator suspends the instance. */
export function suspend(transition: Transition, command: CommandOf<'suspend'>): EngineRefusal | undefined {
  if (!command.actor.manages) return forbidden('suspend', transition);
  if (transition.state.status !== 'running') return invalidNow(transition.state);
  suspendInstance(transition, 'admin', null, command.reason ?? 'suspended by an administrator');
  return undefined;
}

/** An administrator resumes a suspended instance. It is refused while the cause of the suspension exists. */
export function resume(transition: Transition, command: CommandOf<'resume'>): EngineRefusal | undefined {
  if (!command.actor.manages) return forbidden('resume', transition);
  if (transition.state.status !== 'suspended') return invalidNow(transition.state);
  changeStatus(transition, 'running', 'resume', null);
  continueInstance(transition);
  const { suspension } = transition.state;
  return suspension === null ? undefined : refuse('cannot_resume', suspension.message);
}

/** The system (or an administrator) expires the instance. */
export function expire(transition: Transition, command: CommandOf<'expire'>): EngineRefusal | undefined {
  if (command.actor.kind !== 'system' && !command.actor.manages) return forbidden('expire', transition);
  const { status } = transition.state;
  if (status !== 'running' && status !== 'returned') return invalidNow(transition.state);
  expireInstance(transition);
  return undefined;
}

/** An administrator continues an expired instance at the same steps, with new tasks. */
export function recover(transition: Transition, command: CommandOf<'recover'>): EngineRefusal | undefined {
  if (!command.actor.manages) return forbidden('recover', transition);
  const { state } = transition;
  if (state.status !== 'expired') return invalidNow(state);
  if (state.expiredFrom === 'returned') {
    changeStatus(transition, 'returned', 'recover', null);
  } else {
    changeStatus(transition, 'running', 'recover', null, state.parked);
    advance(transition);
  }
  return undefined;
}

/** A person involved comments, also after the end. */
export function comment(transition: Transition, command: CommandOf<'comment'>): EngineRefusal | undefined {
  if (!isInvolved(transition, command.actor)) return forbidden('comment on', transition);
  if (transition.state.status === 'draft') return invalidNow(transition.state);
  if (command.text.trim() === '') return refuse('reason_required', 'A comment needs a text.');
  transition.emit({ type: 'commented', text: command.text });
  return undefined;
}

/** A person involved puts others on copy, also after the end. */
export function copy(transition: Transition, command: CommandOf<'cc'>): EngineRefusal | undefined {
  if (!isInvolved(transition, command.actor)) return forbidden('share', transition);
  if (transition.state.status === 'draft') return invalidNow(transition.state);
  const users = [...new Set(command.users)];
  if (users.length === 0 || users.length > MAX_COPIES) {
    return refuse('invalid_assignee', `${users.length} people were named; a copy goes to 1 to ${MAX_COPIES} people.`);
  }
  const unknown = users.filter((id) => transition.directory.person(id) === null);
  if (unknown.length > 0) {
    return refuse('invalid_assignee', `These are not active people of this tenant: ${unknown.join(', ')}.`);
  }
  transition.emit({ type: 'copied', users, nodeId: null, audienceKeys: [] });
  return undefined;
}

/** The applicant, people who have or had a task, people on copy, and managers. */
function isInvolved(transition: Transition, actor: Actor): boolean {
  const { state } = transition;
  return (
    actor.manages ||
    actor.kind === 'system' ||
    isApplicant(transition, actor) ||
    state.cc.includes(actor.id) ||
    state.tasks.some((task) => task.assigneeId === actor.id || task.onBehalfOf === actor.id)
  );
}

function isApplicant(transition: Transition, actor: Actor): boolean {
  return actor.kind === 'user' && actor.id === transition.state.applicantId;
}

function wasDecided(state: InstanceState): boolean {
  return state.tasks.some(
    (task) => task.status === 'approved' || task.status === 'rejected' || task.status === 'returned',
  );
}

function forbidden(verb: string, transition: Transition): EngineRefusal {
  return refuse('forbidden', `${transition.by} may not ${verb} this instance.`);
}
