/** How close a deadline is. */
export type DueState = 'none' | 'later' | 'soon' | 'overdue';

/** The last six hours count as soon. */
const SOON_MS = 6 * 3_600_000;

/** How close a deadline is at `nowMs` (epoch milliseconds). */
export function dueState(dueAt: string | null, nowMs: number): DueState {
  if (dueAt === null) return 'none';
  const leftMs = Date.parse(dueAt) - nowMs;
  if (leftMs < 0) return 'overdue';
  return leftMs < SOON_MS ? 'soon' : 'later';
}
