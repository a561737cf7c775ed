/** Full-jitter back-off between two limits. The ceiling doubles with each attempt. */
export interface BackoffOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/**
 * @param attempt 0 for the first attempt after a failure
 * @param floorMs lower limit that the server requested (`Retry-After`)
 */
export function backoffMs(attempt: number, floorMs: number, { minMs, maxMs, random }: BackoffOptions): number {
  const ceiling = Math.min(maxMs, minMs * 2 ** Math.min(attempt, 30));
  return Math.max(floorMs, minMs, Math.round(ceiling * random()));
}
