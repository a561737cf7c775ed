import type { FormData, TaskActions, TaskVerb } from '../api/approval.js';
import type { TaskCommand } from '../api/approvals-api.js';

/** In the order of their buttons. */
const VERBS: readonly TaskVerb[] = ['resolve', 'approve', 'reject', 'return', 'transfer', 'delegate'];

/** The verbs that the service names for a task, in the order of their buttons. Verbs that the page does not know are left out. */
export function verbsOf({ actions }: TaskActions): readonly TaskVerb[] {
  return VERBS.filter((verb) => actions.some(({ action }) => action === verb));
}

/** What the person has entered for a decision. */
export interface DecisionDraft {
  readonly comment: string;
  readonly returnTo: string;
  readonly toUsers: readonly string[];
  /** Fields that the approver corrects. */
  readonly patch: FormData;
}

/** The command for a verb, or null while a required person is missing. */
export function commandOf(verb: TaskVerb, { comment, returnTo, toUsers, patch }: DecisionDraft): TaskCommand | null {
  switch (verb) {
    case 'approve':
      return Object.keys(patch).length === 0 ? { verb, comment } : { verb, comment, formPatch: patch };
    case 'reject':
    case 'resolve':
      return { verb, comment };
    case 'return':
      return { verb, comment, to: returnTo };
    case 'transfer':
    case 'delegate': {
      const [toUserId] = toUsers;
      return toUserId === undefined ? null : { verb, comment, toUserId };
    }
    default:
      return verb satisfies never;
  }
}
