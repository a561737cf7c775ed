import type { FormData, TaskActions, TaskVerb } from '../api/approval.js';
import type { TaskCommand } from '../api/approvals-api.js';
import type { IconName } from '../components/herald-icon.js';

/** A verb as a button. */
export interface VerbButton {
  readonly verb: TaskVerb;
  readonly icon: IconName;
}

/** In the order of their buttons. */
const VERBS: readonly VerbButton[] = [
  { verb: 'resolve', icon: 'undo' },
  { verb: 'approve', icon: 'check' },
  { verb: 'reject', icon: 'close' },
  { verb: 'return', icon: 'undo' },
  { verb: 'transfer', icon: 'forward' },
  { verb: 'delegate', icon: 'people' },
];

/** The verbs that the service names for a task; a service that does not know one of them does not offer it. */
export function verbsOf({ actions }: TaskActions): readonly VerbButton[] {
  return VERBS.filter(({ verb }) => actions.some(({ action }) => action === verb));
}

/** What the reader has filled in for a decision. */
export interface DecisionDraft {
  readonly comment: string;
  readonly returnTo: string;
  readonly toUsers: readonly string[];
  /** Fields that are corrected with an approval. */
  readonly patch: FormData;
}

/** The command of a verb; null while it lacks the person that it needs. */
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
