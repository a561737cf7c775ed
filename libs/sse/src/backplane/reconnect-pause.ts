const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/**
 * The pause before the next attempt to connect, after `disconnectedMs` without a connection. It doubles from 100 ms to 2 s,
 * minus a random part of up to half, so that servers that lost the same connection do not all return at once.
 */
export function reconnectPauseMs(disconnectedMs: number, random: () => number = Math.random): number {
  const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, disconnectedMs));
  return Math.round(pauseMs * (0.5 + random() * 0.5));
}
