import type { HistoryEntry, InstanceStatus } from '../api/approval.js';

/** One action in a request's timeline. */
export interface TimelineItem {
  /** Number of its first history entry. */
  readonly n: number;
  readonly action: string;
  readonly actorId: string;
  readonly onBehalfOf: string | null;
  readonly nodeId: string | null;
  /** Status of the request after it, or null if it changed none. */
  readonly toStatus: InstanceStatus | null;
  readonly comment: string | null;
  /** Fields that were changed, or people who were copied. */
  readonly diff: readonly string[];
  readonly at: string;
  /** Keys of the tasks that it opened. */
  readonly opened: readonly string[];
}

/** Actions that only follow from an earlier one. */
const CONSEQUENCES = /^(open|activate|return_to|hand_back)$|^(skipped|cancelled|expired)_by_/;

/**
 * Turns the history into a timeline: one item per action, with the tasks that it opened. Consequences are left out:
 * colleagues' tasks that ended with it, and the request that ended with its last task. The history check still covers
 * every entry.
 */
export function timelineOf(entries: readonly HistoryEntry[]): readonly TimelineItem[] {
  const items: TimelineItem[] = [];
  for (const entry of entries) {
    const last = items.at(-1);
    if (CONSEQUENCES.test(entry.action)) {
      if (entry.action === 'open' && entry.taskKey !== null && last !== undefined) {
        items[items.length - 1] = { ...last, opened: [...last.opened, entry.taskKey] };
      }
      continue;
    }
    const cause = entry.taskKey === null ? items.find((item) => isSameAction(item, entry)) : undefined;
    if (cause !== undefined) {
      items[items.indexOf(cause)] = { ...cause, toStatus: statusOf(entry) };
      continue;
    }
    items.push({
      n: entry.n,
      action: entry.action,
      actorId: entry.actorId,
      onBehalfOf: entry.onBehalfOf,
      nodeId: entry.nodeId,
      toStatus: statusOf(entry),
      comment: entry.comment,
      diff: diffOf(entry),
      at: entry.at,
      opened: [],
    });
  }
  return items;
}

/** Whether a change of the request results from an action on a task: the last approval also approves the request. */
function isSameAction(item: TimelineItem, entry: HistoryEntry): boolean {
  return item.nodeId !== null && item.action === entry.action && item.actorId === entry.actorId && item.at === entry.at;
}

/** The status of the request after an entry. Entries of tasks carry the status of their task instead. */
function statusOf({ taskKey, toStatus }: HistoryEntry): InstanceStatus | null {
  return taskKey === null ? (toStatus as InstanceStatus | null) : null;
}

/** The changed fields or the people named in an entry's `diff`, which is JSON text. */
function diffOf({ diff }: HistoryEntry): readonly string[] {
  const value: unknown = typeof diff === 'string' ? parse(diff) : diff;
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown) => {
    if (typeof item === 'string') return [item];
    const field = (item as { readonly field?: unknown } | null)?.field;
    return typeof field === 'string' ? [field] : [];
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Written by an unknown version. The item is shown without it.
    return null;
  }
}
