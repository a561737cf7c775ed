import type { FormData } from '../form/form-schema.js';

/** Who gives a command, as the shell verified it. */
export interface Actor {
  readonly id: string;
  /** `system`: timers and directory events of the shell itself; may decide any task. */
  readonly kind: 'user' | 'system';
  /** Holds `approval:manage`. */
  readonly manages: boolean;
}

/** People picked for nodes with `applicant_pick` or `prev_approver_pick`, by node id. */
export type Picks = readonly { readonly nodeId: string; readonly users: readonly string[] }[];

/** What the applicant, approvers, administrators and the shell's timers can ask for. */
export type Command = { readonly actor: Actor } & (
  | { readonly type: 'start'; readonly form?: FormData; readonly picks?: Picks }
  | {
      readonly type: 'approve';
      readonly task: string;
      readonly comment?: string;
      /** New values of fields that the node lists in `editableFields`. */
      readonly formPatch?: FormData;
      readonly picks?: Picks;
    }
  | { readonly type: 'reject'; readonly task: string; readonly comment?: string }
  | { readonly type: 'transfer'; readonly task: string; readonly to: string; readonly comment?: string }
  | { readonly type: 'delegate'; readonly task: string; readonly to: string; readonly comment?: string }
  /** Names the task that was delegated, or the one that this made. */
  | { readonly type: 'resolve'; readonly task: string; readonly comment?: string }
  | {
      readonly type: 'return';
      readonly task: string;
      /** `START`, or the id of a visited approve or handle node that lies before this one. */
      readonly to: string;
      /** `restart` goes through all nodes again; `jump_back` comes straight back here. @defaultValue restart */
      readonly resume?: 'restart' | 'jump_back';
      readonly comment?: string;
    }
  | { readonly type: 'resubmit'; readonly form?: FormData; readonly picks?: Picks; readonly comment?: string }
  | { readonly type: 'withdraw'; readonly reason?: string }
  | { readonly type: 'cancel'; readonly reason: string }
  | { readonly type: 'suspend'; readonly reason?: string }
  | { readonly type: 'resume' }
  | { readonly type: 'expire' }
  | { readonly type: 'recover' }
  | { readonly type: 'comment'; readonly text: string }
  | { readonly type: 'cc'; readonly users: readonly string[] }
  /** Adds people to a node that is being worked on, or that found nobody. */
  | { readonly type: 'assign'; readonly nodeId: string; readonly users: readonly string[] }
);

/** The verbs. */
export type Verb = Command['type'];
