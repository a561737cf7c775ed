/** Upper ends in ms: around the 5 ms poll of a busy sequencer, the 250 ms of an idle one, and the second of the tail. */
const BOUNDS_MS = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000] as const;

/** What a histogram has seen; counts are cumulative, as metrics endpoints want them. */
export interface LatencySnapshot {
  readonly buckets: readonly { readonly upToMs: number; readonly count: number }[];
  readonly count: number;
  readonly sumMs: number;
}

/** Counts times in buckets: a search among thirteen numbers and three additions per observation, nothing allocated. */
export class LatencyHistogram {
  readonly #counts = BOUNDS_MS.map(() => 0);
  #count = 0;
  #sumMs = 0;

  /** A clock that runs behind the one that wrote the beginning gives less than nothing, which counts as 0. */
  observe(ms: number): void {
    const took = Math.max(0, ms);
    const bucket = BOUNDS_MS.findIndex((bound) => took <= bound);
    if (bucket >= 0) this.#counts[bucket]! += 1;
    this.#count += 1;
    this.#sumMs += took;
  }

  snapshot(): LatencySnapshot {
    let below = 0;
    const buckets = BOUNDS_MS.map((upToMs, index) => ({ upToMs, count: (below += this.#counts[index] ?? 0) }));
    return { buckets, count: this.#count, sumMs: this.#sumMs };
  }
}
