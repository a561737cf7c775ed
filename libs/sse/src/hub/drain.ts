import type { Connection } from '../connection/connection.js';
import type { Jitter } from '../time/jitter.js';

/** The settings of a drain. */
export interface DrainSettings {
  /** Time until the remaining connections are reset, in ms. */
  readonly drainMs: number;
  readonly retryMs: number;
}

const STEP_MS = 50;
/** Share of the time over which `close` events are spread. The rest is for clients to read them. */
const SPREAD_SHARE = 0.8;
/** Even a drain of 0 ms allows this long for `close` events to leave the process. */
const MIN_GRACE_MS = 250;

/**
 * Closes connections evenly over the drain time with a jittered `retryMs`, so that clients do not reconnect to the other
 * servers all at once. Then it resets the rest.
 * @param open returns the connections that are still open.
 */
export async function drainConnections(
  open: () => readonly Connection[],
  settings: DrainSettings,
  jitter: Jitter,
): Promise<void> {
  const waiting = [...open()];
  const steps = Math.max(1, Math.floor((settings.drainMs * SPREAD_SHARE) / STEP_MS));
  const perStep = Math.ceil(waiting.length / steps);
  const deadline = performance.now() + Math.max(settings.drainMs, MIN_GRACE_MS);
  while (waiting.length > 0) {
    for (const connection of waiting.splice(0, perStep)) {
      connection.close('shutdown', { retryMs: jitter.between(settings.retryMs / 2, settings.retryMs * 2) });
    }
    if (waiting.length > 0) await pause(STEP_MS);
  }
  while (open().length > 0 && performance.now() < deadline) await pause(STEP_MS / 5);
  for (const connection of open()) connection.reset();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
