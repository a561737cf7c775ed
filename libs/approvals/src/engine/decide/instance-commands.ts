import { advance } from './advance.js';
import { changeStatus, closeInstance, expireInstance, suspend as suspendInstance } from './change-status.js';
import type { Actor, Command } from '../instance/command.js';
import { takeUp } from './task-commands.js';
import { checkForm, checkPicks, notNow } from './guards.js';
import { refuse, type Refusal } from '../instance/refusal.js';
import { isClosed, type InstanceState } from '../instance/instance-state.js';
import type { Work } from './transition.js';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/** People that one command may put on copy. */
const MAX_COPIES = 50;

/** The applicant submits the draft. */
export function start(work: Work, command: CommandOf<'start'>): Refusal | undefined {
  if (!isApplicant(work, command.actor) && !command.actor.manages) return forbidden('submit', work);
  if (work.state.status !== 'draft') return notNow(work.state);
  return submit(work, command, 'start', [work.graph.startId]);
}

/** The applicant submits a returned instance again, with the same or a corrected form. */
export function resubmit(work: Work, command: CommandOf<'resubmit'>): Refusal | undefined {
  if (!isApplicant(work, command.actor)) return forbidden('resubmit', work);
  if (work.state.status !== 'returned') return notNow(work.state);
  const { parked } = work.state;
  return submit(work, command, 'resubmit', parked.length > 0 ? parked : [work.graph.startId]);
}

function submit(
  work: Work,
  command: CommandOf<'start' | 'resubmit'>,
  verb: string,
  enter: readonly string[],
): Refusal | undefined {
  const form = command.form ?? work.state.form;
  const refusal =
    checkForm(work.graph, form) ?? checkPicks(work, command.picks ?? [], 'applicant_pick', work.graph.startId);
  if (refusal !== undefined) return refusal;
  if (command.form !== undefined) work.emit({ type: 'form_changed', form, taskKey: null });
  if (command.picks !== undefined && command.picks.length > 0) {
    work.emit({ type: 'picks_made', picks: command.picks, taskKey: null });
  }
  const comment = command.type === 'resubmit' ? (command.comment ?? null) : null;
  changeStatus(work, 'running', verb, comment, enter);
  advance(work);
  // Whoever submits can still correct the form; later the instance is suspended instead.
  const { suspension } = work.state;
  return suspension?.reason === 'condition_failed' ? refuse('path_unresolvable', suspension.message) : undefined;
}

/** The applicant takes the request back. */
export function withdraw(work: Work, command: CommandOf<'withdraw'>): Refusal | undefined {
  if (!isApplicant(work, command.actor)) return forbidden('withdraw', work);
  if (work.state.status !== 'running' && work.state.status !== 'returned') return notNow(work.state);
  const policy = work.graph.definition.settings.withdraw;
  if (policy === 'never') return refuse('forbidden', 'Requests of this process cannot be withdrawn.');
  if (policy === 'before_first_decision' && wasDecided(work.state)) {
    return refuse(
      'invalid_transition',
      'Somebody has decided already; this process can be withdrawn only before that.',
    );
  }
  closeInstance(work, 'withdrawn', 'withdraw', command.reason ?? null);
  return undefined;
}

/** An administrator (or the applicant, where the process says so) ends the instance and says why. */
export function cancel(work: Work, command: CommandOf<'cancel'>): Refusal | undefined {
  const byApplicant = isApplicant(work, command.actor) && work.graph.definition.settings.applicantMayCancel;
  if (!command.actor.manages && !byApplicant) return forbidden('cancel', work);
  if (isClosed(work.state.status) || work.state.status === 'draft') return notNow(work.state);
  if (command.reason.trim() === '') return refuse('reason_required', 'Say why the instance is cancelled.');
  closeInstance(work, 'cancelled', 'cancel', command.reason);
  return undefined;
}

/** An administrator stops the instance for a while. */
export function suspend(work: Work, command: CommandOf<'suspend'>): Refusal | undefined {
  if (!command.actor.manages) return forbidden('suspend', work);
  if (work.state.status !== 'running') return notNow(work.state);
  suspendInstance(work, 'admin', null, command.reason ?? 'suspended by an administrator');
  return undefined;
}

/** An administrator lets a suspended instance go on; refused while its cause still stands. */
export function resume(work: Work, command: CommandOf<'resume'>): Refusal | undefined {
  if (!command.actor.manages) return forbidden('resume', work);
  if (work.state.status !== 'suspended') return notNow(work.state);
  changeStatus(work, 'running', 'resume', null);
  takeUp(work);
  const { suspension } = work.state;
  return suspension === null ? undefined : refuse('cannot_resume', suspension.message);
}

/** The instance's time is over. */
export function expire(work: Work, command: CommandOf<'expire'>): Refusal | undefined {
  if (command.actor.kind !== 'system' && !command.actor.manages) return forbidden('expire', work);
  if (work.state.status !== 'running' && work.state.status !== 'returned') return notNow(work.state);
  expireInstance(work);
  return undefined;
}

/** An administrator takes up an expired instance where it was, with new tasks. */
export function recover(work: Work, command: CommandOf<'recover'>): Refusal | undefined {
  if (!command.actor.manages) return forbidden('recover', work);
  if (work.state.status !== 'expired') return notNow(work.state);
  if (work.state.expiredFrom === 'returned') {
    changeStatus(work, 'returned', 'recover', null);
  } else {
    changeStatus(work, 'running', 'recover', null, work.state.parked);
    advance(work);
  }
  return undefined;
}

/** Somebody involved says something; allowed after the end too. */
export function comment(work: Work, command: CommandOf<'comment'>): Refusal | undefined {
  if (!isInvolved(work, command.actor)) return forbidden('comment on', work);
  if (work.state.status === 'draft') return notNow(work.state);
  if (command.text.trim() === '') return refuse('reason_required', 'A comment needs a text.');
  work.emit({ type: 'commented', text: command.text });
  return undefined;
}

/** Somebody involved lets others read along; allowed after the end too. */
export function copy(work: Work, command: CommandOf<'cc'>): Refusal | undefined {
  if (!isInvolved(work, command.actor)) return forbidden('share', work);
  if (work.state.status === 'draft') return notNow(work.state);
  const users = [...new Set(command.users)];
  if (users.length === 0 || users.length > MAX_COPIES) {
    return refuse('invalid_assignee', `${users.length} people named; a copy goes to 1 to ${MAX_COPIES}.`);
  }
  const unknown = users.filter((id) => work.directory.person(id) === null);
  if (unknown.length > 0) return refuse('invalid_assignee', `Not active people here: ${unknown.join(', ')}.`);
  work.emit({ type: 'copied', users, nodeId: null, audienceKeys: [] });
  return undefined;
}

/** Whether an actor is the applicant, has or had a task, or is on copy; or manages approvals. */
function isInvolved(work: Work, actor: Actor): boolean {
  const { state } = work;
  return (
    actor.manages ||
    actor.kind === 'system' ||
    isApplicant(work, actor) ||
    state.cc.includes(actor.id) ||
    state.tasks.some((task) => task.assigneeId === actor.id || task.onBehalfOf === actor.id)
  );
}

function isApplicant(work: Work, actor: Actor): boolean {
  return actor.kind === 'user' && actor.id === work.state.applicantId;
}

function wasDecided(state: InstanceState): boolean {
  return state.tasks.some(
    (task) => task.status === 'approved' || task.status === 'rejected' || task.status === 'returned',
  );
}

function forbidden(verb: string, work: Work): Refusal {
  return refuse('forbidden', `${work.by} may not ${verb} this instance.`);
}
