const ORDINARY = 500;
const BACKLOG = 5_000;
const LARGEST = 20_000;
const QUICK_MS = 250;
/** Renewals of the lease wait for the turn, so a turn stays well below their patience. */
const SLOW_MS = 500;

/** Shards share the ids and rollbacks leave holes, so a turn looks at more ids than it wants events. */
const IDS_PER_EVENT = 4;
const MOST_IDS_PER_EVENT = 4_096;

/**
 * How many events one turn of the sequencer takes, and how far into the outbox it looks. With a fixed limit, or with a look at
 * everything in each turn, a backlog costs the square of its length; a larger limit costs time per turn, above all with large payloads.
 * States: unknown, as at a take-over (bounded look) → full turns (bounded, larger) → not full (look at everything) → all taken.
 */
export class TurnLimit {
  #events = ORDINARY;
  #idsPerEvent = IDS_PER_EVENT;
  #bounded = true;

  get events(): number {
    return this.#events;
  }

  /** Ids from the oldest row on that the turn looks at; null is all of them. */
  get span(): number | null {
    return this.#bounded ? this.#events * this.#idsPerEvent : null;
  }

  /**
   * @param taken events that the turn took.
   * @returns whether the turn took everything that it could see.
   */
  after(taken: number, tookMs: number): boolean {
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
