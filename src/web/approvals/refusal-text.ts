import type { ApprovalTask, TaskActions } from '../api/approval.js';
import type { ApiProblem } from '../api/problem.js';
import { en } from '../i18n/en.js';
import { explain } from '../api/explain-problem.js';
import { t, tValue } from '../i18n/language.js';
import type { TextKey } from '../i18n/dictionary.js';
import { fullTime } from '../i18n/time.js';

type NameOf = (id: string) => string;

/** Refusals that mean: what is on the screen is no longer how it is. */
const OUTDATED: ReadonlySet<string> = new Set([
  'already_decided',
  'instance_closed',
  'instance_suspended',
  'invalid_transition',
  'not_assignee',
  'precondition_failed',
]);

/** Whether a refusal means that somebody was first, so that the view has to be fetched anew. */
export function isOutdated(problem: ApiProblem): boolean {
  return OUTDATED.has(problem.code);
}

/**
 * A refused verb in kind words: who decided, when and how; what one clicked changed nothing. A stale revision (412) does
 * not say what changed, so the task is asked as it is now: it may have ended.
 */
export function refusalText(problem: ApiProblem, nameOf: NameOf, task: ApprovalTask | null = null): string {
  const hasEnded = problem.status === 412 && task !== null && task.decidedAt !== null;
  const decided = hasEnded ? { by: task.by, at: task.decidedAt, action: task.action } : problem.decided;
  if (decided !== null) {
    return t('conflict.decided', {
      name: decided.by === null ? t('person.unknown') : nameOf(decided.by),
      what: tValue('did', decided.action ?? 'done'),
      time: decided.at === null ? '' : fullTime(decided.at),
    });
  }
  if (problem.status === 412) return t('conflict.stale');
  const key = `conflict.${problem.code}`;
  return key in en ? t(key as TextKey) : explain(problem);
}

/** Why a verb cannot be used: by the service's stable code, else in the service's own words. */
export function reasonText(
  { code, reason }: TaskActions['actions'][number],
  task: ApprovalTask,
  nameOf: NameOf,
): string {
  if (code === 'already_decided') return endingText(task, nameOf);
  if (code === 'not_assignee') return t('reason.not_assignee', { name: nameOf(task.assigneeId) });
  const key = `reason.${code ?? ''}`;
  return key in en ? t(key as TextKey) : (reason ?? t('reason.unknown'));
}

/** How a task ended: by whom, how and when. */
export function endingText(task: ApprovalTask, nameOf: NameOf): string {
  if (task.decidedAt === null) return tValue('taskStatus', task.status);
  return t('task.ended', {
    name: task.by === null ? t('person.unknown') : nameOf(task.by),
    what: tValue('did', task.action ?? 'done'),
    time: fullTime(task.decidedAt),
  });
}
