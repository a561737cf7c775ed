import type { Mode } from '../definition/definition.js';
import type { FormData } from '../form/form-schema.js';
import type { Picks } from './command.js';
import type { InstanceStatus, NodeRun, Suspension, Task, TaskAction, TaskStatus } from './instance-state.js';

/** Something that happened to an instance; `evolve` is its only meaning for the state. */
export type InstanceEvent = {
  /** Who caused it: a person, or the actor id of the shell's timers. */
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
      /** Only towards `suspended`. */
      readonly suspension?: Suspension;
      /** Only towards `returned` and `expired`: nodes to take up again. */
      readonly park?: readonly string[];
      /** Where tokens begin: towards `running` out of draft, returned, expired. */
      readonly enter?: readonly string[];
    }
  | { readonly type: 'form_changed'; readonly form: FormData; readonly taskKey: string | null }
  | { readonly type: 'picks_made'; readonly picks: Picks; readonly taskKey: string | null }
  | { readonly type: 'node_entered'; readonly nodeId: string; readonly visit: number; readonly work: Mode | null }
  | {
      readonly type: 'run_opened';
      readonly nodeId: string;
      readonly visit: number;
      readonly mode: Mode;
      readonly groups: readonly string[];
      readonly required: number | null;
      /** Audience keys of the roles, departments … behind the assignees, for whoever follows them. */
      readonly audienceKeys: readonly string[];
      /** Set when a policy decided without people. */
      readonly policy: 'auto_approve' | 'auto_reject' | null;
    }
  | { readonly type: 'task_opened'; readonly task: Task }
  | { readonly type: 'task_activated'; readonly key: string; readonly dueAt: string | null }
  /** Somebody else works on it; their own task was opened right behind this event. */
  | { readonly type: 'task_delegated'; readonly key: string; readonly comment: string | null }
  /** Its owner has it again. */
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
      readonly status: Exclude<NodeRun['status'], 'active'>;
    }
  /** The token moved on. `jump`: straight back to the node that had returned, past the edges between. */
  | { readonly type: 'node_left'; readonly nodeId: string; readonly to: readonly string[]; readonly jump: boolean }
  | {
      readonly type: 'rolled_back';
      readonly from: string;
      readonly to: string;
      /** Nodes whose approvals no longer count. */
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
