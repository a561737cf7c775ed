const ORDINARY = 500;
const BACKLOG = 5_000;
const LARGEST = 20_000;
const QUICK_MS = 250;
/** Renewals of the lease wait for the turn, so a turn must take much less time than a lease lasts. */
const SLOW_MS = 500;

/** Shards share the ids and rollbacks leave holes, so a turn scans more ids than it takes events. */
const IDS_PER_EVENT = 4;
const MOST_IDS_PER_EVENT = 4_096;

/**
 * How many events one turn of the sequencer takes, and how far into the outbox it scans. With a fixed limit, or with a full scan
 * in each turn, a backlog costs the square of its length; a larger limit makes turns slower, above all with large payloads.
 * States: unknown, as at a take-over (bounded scan) → full turns (bounded, larger) → not full (full scan) → all taken.
 */
export class TurnLimit {
  #events = ORDINARY;
  #idsPerEvent = IDS_PER_EVENT;
  #bounded = true;

  get events(): number {
    return this.#events;
  }

  /** How many ids, from the oldest row on, the turn scans; null means all. */
  get span(): number | null {
    return this.#bounded ? this.#events * this.#idsPerEvent : null;
  }

  /**
   * Adapts to the last turn.
   * @param taken events that the turn took.
   * @returns whether the turn took everything that it could see.
   */
  record(taken: number, tookMs: number): boolean {
    const full = taken >= this.#events;
    const all = !full && !this.#bounded;
    if (full) this.#grow(tookMs);
    else if (all) this.#events = ORDINARY;
    else if (taken > 0) this.#idsPerEvent = Math.min(MOST_IDS_PER_EVENT, this.#idsPerEvent * 4);
    this.#bounded = full;
    return all;
  }

  #grow(tookMs: number): void {
    if (tookMs > SLOW_MS) this.#events = Math.max(ORDINARY, Math.floor(this.#events / 2));
    else if (this.#events < BACKLOG) this.#events = BACKLOG;
    else if (tookMs < QUICK_MS) this.#events = Math.min(LARGEST, this.#events * 2);
  }
}
