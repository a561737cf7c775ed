import type { Mode } from '../definition/definition.js';
import type { FormData } from '../form/form-schema.js';
import type { Picks } from './command.js';
import type { InstanceStatus, StepRun, Suspension, Task, TaskAction, TaskStatus } from './instance-state.js';

/** One change of an instance. `evolve` applies it to the state. */
export type InstanceEvent = {
  /** Who caused it: a person, or a system actor. */
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
} & (
  | {
      readonly type: 'status_changed';
      readonly from: InstanceStatus;
      readonly to: InstanceStatus;
      readonly verb: string;
      readonly reason: string | null;
      /** Only to `suspended`. */
      readonly suspension?: Suspension;
      /** Only to `returned` and `expired`: the steps at which the instance continues later. */
      readonly park?: readonly string[];
      /** Only to `running` from draft, returned or expired: the steps that get a token. */
      readonly enter?: readonly string[];
    }
  | { readonly type: 'form_changed'; readonly form: FormData; readonly taskKey: string | null }
  | { readonly type: 'picks_made'; readonly picks: Picks; readonly taskKey: string | null }
  /** `mode` is null at a step without tasks. */
  | { readonly type: 'step_entered'; readonly nodeId: string; readonly visit: number; readonly mode: Mode | null }
  | {
      readonly type: 'run_opened';
      readonly nodeId: string;
      readonly visit: number;
      readonly mode: Mode;
      readonly groups: readonly string[];
      readonly required: number | null;
      /** Audience keys of the assignees' roles, departments, positions and groups. */
      readonly audienceKeys: readonly string[];
      /** Set when a policy decided without people. */
      readonly policy: 'auto_approve' | 'auto_reject' | null;
    }
  | { readonly type: 'task_opened'; readonly task: Task }
  | { readonly type: 'task_activated'; readonly key: string; readonly dueAt: string | null }
  /** The next event opens the delegate's task. */
  | { readonly type: 'task_delegated'; readonly key: string; readonly comment: string | null }
  /** The delegate is done; the owner decides. */
  | { readonly type: 'task_handed_back'; readonly key: string }
  | {
      readonly type: 'task_closed';
      readonly key: string;
      readonly status: Exclude<TaskStatus, 'waiting' | 'pending' | 'delegated'>;
      readonly action: TaskAction;
      readonly comment: string | null;
      /** Set when the rules decided for the assignee. */
      readonly policy: 'duplicate_approver' | 'self_skip' | null;
    }
  | {
      readonly type: 'run_closed';
      readonly nodeId: string;
      readonly visit: number;
      readonly status: Exclude<StepRun['status'], 'active'>;
    }
  /** The token moved. `jump`: to the step that had returned the instance, without following an edge. */
  | { readonly type: 'step_left'; readonly nodeId: string; readonly to: readonly string[]; readonly jump: boolean }
  | {
      readonly type: 'rolled_back';
      readonly from: string;
      readonly to: string;
      /** The steps whose approvals no longer count. */
      readonly undone: readonly string[];
      readonly resume: 'restart' | 'jump_back';
    }
  | { readonly type: 'commented'; readonly text: string }
  | {
      readonly type: 'copied';
      readonly users: readonly string[];
      readonly nodeId: string | null;
      readonly audienceKeys: readonly string[];
    }
);

/** An event of one type. */
export type EventOf<T extends InstanceEvent['type']> = Extract<InstanceEvent, { type: T }>;
