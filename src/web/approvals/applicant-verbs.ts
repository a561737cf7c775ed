import type { TextKey } from '../i18n/dictionary.js';
import type { Case } from './request-store.js';

/** What can be done with a request as a whole; a comment stands beside the history. */
export type ApplicantVerb = 'resubmit' | 'withdraw' | 'cancel' | 'comment';

export interface OfferedVerb {
  readonly verb: ApplicantVerb;
  /** Why it cannot be used; null when it can. */
  readonly reason: TextKey | null;
}

/**
 * The verbs of a request that concern this reader, but for the comment. The service decides by itself; this only keeps buttons away that
 * cannot work, and says why one that belongs to the reader cannot be used now.
 */
export function applicantVerbs(
  { instance, tasks, process }: Pick<Case, 'instance' | 'tasks' | 'process'>,
  userId: string,
  manages: boolean,
): readonly OfferedVerb[] {
  const { status } = instance;
  const isApplicant = instance.applicantId === userId;
  const isLive = status === 'running' || status === 'returned' || status === 'suspended';
  const offered: OfferedVerb[] = [];
  if (isApplicant && status === 'returned') offered.push({ verb: 'resubmit', reason: null });
  if (isApplicant && isLive) {
    const policy = process?.settings?.withdraw ?? 'any_time';
    const wasDecided = tasks.some((task) => ['approved', 'rejected', 'returned'].includes(task.status));
    offered.push({
      verb: 'withdraw',
      reason:
        status === 'suspended'
          ? 'applicant.suspended'
          : policy === 'never'
            ? 'applicant.neverWithdraw'
            : policy === 'before_first_decision' && wasDecided
              ? 'applicant.wasDecided'
              : null,
    });
  }
  if (isLive && (manages || (isApplicant && process?.settings?.applicantMayCancel === true))) {
    offered.push({ verb: 'cancel', reason: null });
  }
  return offered;
}
