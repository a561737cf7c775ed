/** Full-jitter back-off between two limits, doubling with each attempt. */
export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/**
 * @param attempt 0 for the first try after a failure
 * @param floorMs what the server asked for (`Retry-After`); never less than this
 */
export function backoffMs(attempt: number, floorMs: number, { minMs, maxMs, random }: BackoffOptions): number {
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30));
  return Math.max(floorMs, minMs, Math.round(ceiling * random()));
}
