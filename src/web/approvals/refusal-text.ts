import type { ApprovalTask, TaskActions } from '../api/approval.js';
import type { ApiProblem } from '../api/problem.js';
import { en } from '../i18n/en.js';
import { explainProblem } from '../api/explain-problem.js';
import { t, tValue } from '../i18n/language.js';
import type { TextKey } from '../i18n/dictionary.js';
import { fullTime } from '../i18n/time.js';

type NameOf = (id: string) => string;

/** Codes that mean that the page shows an old state. */
const OUTDATED: ReadonlySet<string> = new Set([
  'already_decided',
  'instance_closed',
  'instance_suspended',
  'invalid_transition',
  'not_assignee',
  'precondition_failed',
]);

/** Whether a refusal means that the page shows an old state and must reload it. */
export function isOutdated(problem: ApiProblem): boolean {
  return OUTDATED.has(problem.code);
}

/**
 * The text for a refused verb: who decided first, when and how. A stale revision (412) does not say what changed, so the
 * reloaded task is consulted: it may have ended.
 */
export function refusalText(problem: ApiProblem, nameOf: NameOf, task: ApprovalTask | null = null): string {
  const hasEnded = problem.status === 412 && task !== null && task.decidedAt !== null;
  const decided = hasEnded ? { by: task.by, at: task.decidedAt, action: task.action } : problem.earlierDecision;
  if (decided !== null) {
    return t('conflict.decided', {
      name: decided.by === null ? t('person.unknown') : nameOf(decided.by),
      what: tValue('did', decided.action ?? 'done'),
      time: decided.at === null ? '' : fullTime(decided.at),
    });
  }
  if (problem.status === 412) return t('conflict.stale');
  const key = `conflict.${problem.code}`;
  return key in en ? t(key as TextKey) : explainProblem(problem);
}

/** Why a verb cannot be used: the dictionary's text for the code, else the service's own text. */
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

/** How a task ended: who ended it, with which verb, and when. */
export function endingText(task: ApprovalTask, nameOf: NameOf): string {
  if (task.decidedAt === null) return tValue('taskStatus', task.status);
  return t('task.ended', {
    name: task.by === null ? t('person.unknown') : nameOf(task.by),
    what: tValue('did', task.action ?? 'done'),
    time: fullTime(task.decidedAt),
  });
}
