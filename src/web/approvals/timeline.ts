import type { HistoryEntry, InstanceStatus } from '../api/approval.js';

/** A line of the timeline: one thing that somebody did, and whom it concerned. */
export interface HistoryLine {
  /** Number of its first row. */
  readonly n: number;
  readonly action: string;
  readonly actorId: string;
  readonly onBehalfOf: string | null;
  readonly nodeId: string | null;
  /** Status of the request that it led to; null where it changed none. */
  readonly toStatus: InstanceStatus | null;
  readonly comment: string | null;
  /** Fields that were changed, or people who were put on copy. */
  readonly diff: readonly string[];
  readonly at: string;
  /** Keys of the tasks that it opened. */
  readonly opened: readonly string[];
}

/** Actions that only follow from what was done before them. */
const CONSEQUENCES = /^(open|activate|return_to|hand_back)$|^(skipped|cancelled|expired)_by_/;

/**
 * The history as people tell it: what somebody did is a line, the tasks that it opened stand beside it, and what merely
 * follows (colleagues' tasks that ended with it, the request that ended with its last task) is left out. Every row is still covered by the check of the history.
 */
export function historyLines(entries: readonly HistoryEntry[]): readonly HistoryLine[] {
  const lines: HistoryLine[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    if (CONSEQUENCES.test(entry.action)) {
      if (entry.action === 'open' && entry.taskKey !== null && last !== undefined) {
        lines[lines.length - 1] = { ...last, opened: [...last.opened, entry.taskKey] };
      }
      continue;
    }
    const cause = entry.taskKey === null ? lines.find((line) => isSameStep(line, entry)) : undefined;
    if (cause !== undefined) {
      lines[lines.indexOf(cause)] = { ...cause, toStatus: statusOf(entry) };
      continue;
    }
    lines.push({
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
  return lines;
}

/** Whether a change of the request is the other half of what somebody did with a task (the last approval approves it). */
function isSameStep(line: HistoryLine, entry: HistoryEntry): boolean {
  return line.nodeId !== null && line.action === entry.action && line.actorId === entry.actorId && line.at === entry.at;
}

/** The status of the request that a row led to; rows of tasks tell those of their task. */
function statusOf({ taskKey, toStatus }: HistoryEntry): InstanceStatus | null {
  return taskKey === null ? (toStatus as InstanceStatus | null) : null;
}

/** Names out of the `diff` of a row, which is JSON text: changed fields, or people. */
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
    // Written by a version that this page does not know; the line is shown without it.
    return null;
  }
}
