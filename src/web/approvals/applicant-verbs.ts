import type { TextKey } from '../i18n/dictionary.js';
import type { RequestDetails } from './request-store.js';

/** Verbs of a request as a whole. The comment is shown below the history. */
export type ApplicantVerb = 'resubmit' | 'withdraw' | 'cancel' | 'comment';

export interface OfferedVerb {
  readonly verb: ApplicantVerb;
  /** Why it cannot be used, or null if it can. */
  readonly reason: TextKey | null;
}

/**
 * The verbs that this reader has for a request, without the comment. The service checks again. This only hides buttons
 * that cannot work, and gives the reason why one of the reader's own verbs is disabled.
 */
export function applicantVerbs(
  { instance, tasks, process }: Pick<RequestDetails, 'instance' | 'tasks' | 'process'>,
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
