import type { FormData } from '../form/form-schema.js';

/** The verified author of a command. */
export interface Actor {
  readonly id: string;
  /** `system`: due work and changes of the directory; may decide any task. */
  readonly kind: 'user' | 'system';
  /** Has the permission `approval:manage`. */
  readonly manages: boolean;
}

/** The people picked for steps with `applicant_pick` or `prev_approver_pick`, by step. */
export type Picks = readonly { readonly nodeId: string; readonly users: readonly string[] }[];

/** What a user or the system asks of the engine. */
export type Command = { readonly actor: Actor } & (
  | { readonly type: 'start'; readonly form?: FormData; readonly picks?: Picks }
  | {
      readonly type: 'approve';
      readonly task: string;
      readonly comment?: string;
      /** New values of form fields; the step must list them in `editableFields`. */
      readonly formPatch?: FormData;
      readonly picks?: Picks;
    }
  | { readonly type: 'reject'; readonly task: string; readonly comment?: string }
  | { readonly type: 'transfer'; readonly task: string; readonly to: string; readonly comment?: string }
  | { readonly type: 'delegate'; readonly task: string; readonly to: string; readonly comment?: string }
  /** `task` is the delegated task, or the task that the delegate got. */
  | { readonly type: 'resolve'; readonly task: string; readonly comment?: string }
  | {
      readonly type: 'return';
      readonly task: string;
      /** `START`, or the id of an approved task step before this one. */
      readonly to: string;
      /** `restart` runs through all steps again; `jump_back` continues at this step. @defaultValue restart */
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
  /** Adds people to an active step. */
  | { readonly type: 'assign'; readonly nodeId: string; readonly users: readonly string[] }
);

/** A command of one type. */
export type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

type WithoutActor<C> = C extends Command ? Omit<C, 'actor'> : never;
/** A command without its actor. */
export type CommandBody = WithoutActor<Command>;
