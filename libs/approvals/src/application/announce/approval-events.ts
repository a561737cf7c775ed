/** Names of the events that approvals publish (approvals.md "Events"). */
export const TASK_CREATED = 'approval.task.created';
/**
 * Something of an open task changed: the form of its request, or whether somebody else prepares it (`delegated`); to the
 * assignee and the topic `approval:task:<id>`.
 */
export const TASK_UPDATED = 'approval.task.updated';
/** A task ended, whoever ended it; to the assignee and the topic `approval:task:<id>`. */
export const TASK_CLOSED = 'approval.task.closed';
/** Open tasks now; ephemeral, behind `connected` and after each change of one's own tasks. */
export const TASKS_COUNT = 'approval.tasks.count';
/** To the applicant, those on copy, and the topic `approval:process:<id>`. */
export const INSTANCE_UPDATED = 'approval.instance.updated';
/** The origin's name, on the topic only. */
export const STATUS_CHANGED = 'approval:status_changed';

/** Data of `approval.task.*`. */
export interface TaskEvent {
  readonly taskId: string;
  readonly instanceId: string;
  readonly title: string;
  readonly node: { readonly id: string; readonly name: string };
  readonly dueAt: string | null;
  readonly status: string;
  /** Who ended or changed it. */
  readonly by?: string | null;
}

/** Data of `approval.tasks.count`. */
export interface TasksCount {
  readonly pending: number;
  readonly overdue: number;
  /** Of two counts the one with the greater number is the newer. */
  readonly rev: string;
}

/** Data of `approval.instance.updated`. */
export interface InstanceUpdated {
  readonly instanceId: string;
  readonly status: string;
  readonly currentNodes: readonly { readonly id: string; readonly name: string }[];
  readonly revision: number;
}

/** Data of `approval:status_changed`. */
export interface StatusChanged {
  readonly task_id: string;
  readonly status: string;
  readonly updated_at: string;
}

/** The topic of one task. */
export function taskTopic(taskId: string): string {
  return `approval:task:${taskId}`;
}

/** The topic of one instance. */
export function processTopic(instanceId: string): string {
  return `approval:process:${instanceId}`;
}
