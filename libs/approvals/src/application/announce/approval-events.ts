/** Names of the events that approvals publish. All but `tasksCount` are durable. */
export const APPROVAL_EVENTS = Object.freeze({
  /** To the assignee. Data: {@link TaskEvent}. */
  taskCreated: 'approval.task.created',
  /**
   * An open task changed: its form, or its delegation. To the assignee and the topic `approval:task:<id>`. Data:
   * {@link TaskEvent}.
   */
  taskUpdated: 'approval.task.updated',
  /** A task ended. To the assignee and the topic `approval:task:<id>`. Data: {@link TaskEvent}. */
  taskClosed: 'approval.task.closed',
  /** Number of open tasks. Ephemeral, to the person, after `connected` and after each change. Data: {@link TasksCount}. */
  tasksCount: 'approval.tasks.count',
  /** To the applicant, the people on copy and the topic `approval:process:<id>`. Data: {@link InstanceUpdated}. */
  instanceUpdated: 'approval.instance.updated',
  /** The event of the legacy API, to the topic `approval:process:<id>`. Data: {@link StatusChanged}. */
  statusChanged: 'approval:status_changed',
} as const);

/** Data of `approval.task.*`. */
export interface TaskEvent {
  readonly taskId: string;
  readonly instanceId: string;
  readonly title: string;
  /** The step. */
  readonly node: { readonly id: string; readonly name: string };
  readonly dueAt: string | null;
  readonly status: string;
  /** Who ended or changed the task. */
  readonly by?: string | null;
}

/** Data of `approval.tasks.count`. */
export interface TasksCount {
  readonly pending: number;
  readonly overdue: number;
  /** Of two counts, the one with the greater number is newer. */
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

/** The topic of a task. */
export function taskTopic(taskId: string): string {
  return `approval:task:${taskId}`;
}

/** The topic of an instance. */
export function processTopic(instanceId: string): string {
  return `approval:process:${instanceId}`;
}
