import type { Clock } from '@nest-herald/platform';

interface Bucket {
  tokens: number;
  atMs: number;
}

const MAX_BUCKETS = 100_000;
const MINUTE_MS = 60_000;

/** A token bucket for each key: so many at once, so many per minute on average. Bounded: the key used least lately is forgotten. */
export class TokenBuckets {
  /** In the order of use, oldest first. */
  readonly #buckets = new Map<string, Bucket>();

  /** @param perMinute 0 = no limit. @param burst how many at once. */
  constructor(
    private readonly perMinute: number,
    private readonly burst: number,
    private readonly clock: Clock,
  ) {}

  /** Takes one. @returns 0, or ms until the next one is there, and then nothing was taken. */
  take(key: string): number {
    if (this.perMinute === 0) return 0;
    const now = this.clock.monotonicMs();
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      bucket = { tokens: this.burst, atMs: now };
    } else {
      bucket.tokens = this.#tokensAt(bucket, now);
      bucket.atMs = now;
      this.#buckets.delete(key);
    }
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > MAX_BUCKETS) this.#forgetOldest();
    if (bucket.tokens < 1) return ((1 - bucket.tokens) * MINUTE_MS) / this.perMinute;
    bucket.tokens -= 1;
    return 0;
  }

  /** Forgets keys whose bucket is full again: they are as good as new. */
  sweep(): void {
    const now = this.clock.monotonicMs();
    for (const [key, bucket] of this.#buckets) {
      if (this.#tokensAt(bucket, now) >= this.burst) this.#buckets.delete(key);
    }
  }

  get size(): number {
    return this.#buckets.size;
  }

  #tokensAt(bucket: Bucket, nowMs: number): number {
    return Math.min(this.burst, bucket.tokens + ((nowMs - bucket.atMs) * this.perMinute) / MINUTE_MS);
  }

  #forgetOldest(): void {
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }
}
