import type { AuditAction, PersonalText } from './audit-chain.js';
import type { InstanceEvent } from '../instance/instance-event.js';
import { evolve } from '../instance/evolve.js';
import type { InstanceState, Task } from '../instance/instance-state.js';

/** The entry of one event in the audit chain. The store adds number, addresses and salt. */
export type HistoryEntry = Omit<AuditAction, 'n'> & Pick<PersonalText, 'comment' | 'diff'>;

/**
 * The history of the events of a command: every change of a task or of the instance with its status before and after, every
 * decision of a policy, every change of the form. Moves of tokens are left out, because they follow from the other entries.
 */
export function historyOf(before: InstanceState, events: readonly InstanceEvent[]): readonly HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  let state = before;
  for (const event of events) {
    const entry = entryOf(state, event);
    if (entry !== undefined) entries.push({ ...EMPTY, actorId: event.by, at: event.at, ...entry });
    state = evolve(state, event);
  }
  return entries;
}

const EMPTY = {
  taskKey: null,
  nodeId: null,
  onBehalfOf: null,
  fromStatus: null,
  toStatus: null,
  comment: null,
  diff: null,
};

type Entry = Partial<HistoryEntry> & Pick<HistoryEntry, 'action'>;

function entryOf(state: InstanceState, event: InstanceEvent): Entry | undefined {
  switch (event.type) {
    case 'status_changed':
      return { action: event.verb, fromStatus: event.from, toStatus: event.to, comment: event.reason };
    case 'task_opened':
      return { ...ofTask(event.task), action: 'open', toStatus: event.task.status };
    case 'task_activated':
      return { ...ofTask(taskOf(state, event.key)), action: 'activate', fromStatus: 'waiting', toStatus: 'pending' };
    case 'task_closed': {
      const task = taskOf(state, event.key);
      const wasNotDecided = event.status === 'skipped' || event.status === 'cancelled' || event.status === 'expired';
      return {
        ...ofTask(task),
        action: event.policy ?? (wasNotDecided ? `${event.status}_by_${event.action}` : event.action),
        fromStatus: task?.status ?? null,
        toStatus: event.status,
        comment: event.comment,
      };
    }
    case 'task_delegated': {
      const task = taskOf(state, event.key);
      const change = { action: 'delegate', fromStatus: 'pending', toStatus: 'delegated' };
      return { ...ofTask(task), ...change, comment: event.comment };
    }
    case 'task_handed_back':
      return { ...ofTask(taskOf(state, event.key)), action: 'hand_back', fromStatus: 'delegated', toStatus: 'pending' };
    case 'run_opened':
      return event.policy === null ? undefined : { nodeId: event.nodeId, action: event.policy };
    case 'form_changed':
      return {
        taskKey: event.taskKey,
        action: 'change_form',
        diff: JSON.stringify(changedFields(state.form, event.form)),
      };
    case 'picks_made':
      return { taskKey: event.taskKey, action: 'pick', diff: JSON.stringify(event.picks) };
    case 'rolled_back':
      return { nodeId: event.to, action: 'return_to', comment: null };
    case 'commented':
      return { action: 'comment', comment: event.text };
    case 'copied':
      return { nodeId: event.nodeId, action: 'cc', diff: JSON.stringify(event.users) };
    case 'step_entered':
    case 'step_left':
    case 'run_closed':
      return undefined;
  }
}

function taskOf(state: InstanceState, key: string): Task | undefined {
  return state.tasks.find((task) => task.key === key);
}

function ofTask(task: Task | undefined): Partial<HistoryEntry> {
  if (task === undefined) return {};
  return { taskKey: task.key, nodeId: task.nodeId, onBehalfOf: task.onBehalfOf };
}

/** The changed fields, each with its value before and after. */
function changedFields(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): unknown {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return fields
    .map((field) => ({ field, from: before[field] ?? null, to: after[field] ?? null }))
    .filter(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to));
}
