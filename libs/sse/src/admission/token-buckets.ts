import type { Clock } from '@nest-herald/platform';

interface Bucket {
  tokens: number;
  atMs: number;
}

const MAX_BUCKETS = 100_000;
const MINUTE_MS = 60_000;

/** A token bucket per key: a burst, then an average rate per minute. It is bounded: the least recently used key is dropped. */
export class TokenBuckets {
  /** In the order of use, oldest first. */
  readonly #buckets = new Map<string, Bucket>();

  /** @param perMinute 0 = no limit. @param burst the most tokens of a bucket. */
  constructor(
    private readonly perMinute: number,
    private readonly burst: number,
    private readonly clock: Clock,
  ) {}

  /** Takes one token. @returns 0, or the ms until the next token, in which case none was taken. */
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
    if (this.#buckets.size > MAX_BUCKETS) this.#dropOldest();
    if (bucket.tokens < 1) return ((1 - bucket.tokens) * MINUTE_MS) / this.perMinute;
    bucket.tokens -= 1;
    return 0;
  }

  /** Drops the keys whose bucket is full again: they are in the same state as a new key. */
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

  #dropOldest(): void {
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }
}
