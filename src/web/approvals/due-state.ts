/** How a deadline stands. */
export type DueState = 'none' | 'ahead' | 'soon' | 'overdue';

/** The last quarter of a day counts as soon. */
const SOON_MS = 6 * 3_600_000;

/** How a deadline stands at a moment, epoch milliseconds. */
export function dueState(dueAt: string | null, nowMs: number): DueState {
  if (dueAt === null) return 'none';
  const leftMs = Date.parse(dueAt) - nowMs;
  if (leftMs < 0) return 'overdue';
  return leftMs < SOON_MS ? 'soon' : 'ahead';
}
