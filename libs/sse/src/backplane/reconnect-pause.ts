const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * How long to wait before another try to connect, after so long without a connection: it doubles from 100 ms to 2 s, less up to a half by chance, so
 * that nodes that lost the same server do not come back in step.
 */
export function reconnectPauseMs(awayMs: number, random: () => number = Math.random): number {
  const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, awayMs));
  return Math.round(pauseMs * (0.5 + random() * 0.5));
}
