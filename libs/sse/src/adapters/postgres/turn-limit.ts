const ORDINARY = 500;
const BACKLOG = 5_000;
const LARGEST = 20_000;
const QUICK_MS = 250;
/** Renewals of the lease wait for the turn, so a turn stays well below their patience. */
const SLOW_MS = 500;

/**
 * How many events one turn of the sequencer takes. Every turn looks at the whole backlog, so with a fixed limit a backlog costs
 * the square of its length; a larger limit costs time per turn, above all with large payloads. So it follows both.
 */
export class TurnLimit {
  #events = ORDINARY;

  get events(): number {
    return this.#events;
  }

  /** @param full the turn took as many as it was allowed to. */
  after(full: boolean, tookMs: number): void {
    if (!full) this.#events = ORDINARY;
    else if (tookMs > SLOW_MS) this.#events = Math.max(ORDINARY, Math.floor(this.#events / 2));
    else if (this.#events < BACKLOG) this.#events = BACKLOG;
    else if (tookMs < QUICK_MS) this.#events = Math.min(LARGEST, this.#events * 2);
  }
}
