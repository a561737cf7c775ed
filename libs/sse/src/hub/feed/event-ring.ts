import type { EncodedEvent } from '../../connection/output/encoded-event.js';

/** Dropped entries before the array is compacted. This keeps dropping O(1) on average. */
const COMPACT_AT = 1_024;

/**
 * The newest durable events of a tenant, encoded and without gaps. Reconnecting clients read it instead of the log.
 * It is bounded by number and by bytes; the newest event always stays.
 */
export class EventRing {
  #events: EncodedEvent[] = [];
  #first = 0;
  #bytes = 0;

  constructor(
    private readonly maxEvents: number,
    private readonly maxBytes: number,
  ) {}

  get size(): number {
    return this.#events.length - this.#first;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Appends an event. One that does not directly follow the newest clears the ring first. */
  push(event: EncodedEvent): void {
    const newest = this.#events.at(-1);
    if (newest !== undefined && event.seq !== newest.seq + 1) this.clear();
    this.#events.push(event);
    this.#bytes += event.chunk.length;
    while (this.size > 1 && (this.size > this.maxEvents || this.#bytes > this.maxBytes)) {
      this.#bytes -= this.#events[this.#first]!.chunk.length;
      this.#first += 1;
    }
    if (this.#first >= COMPACT_AT) {
      this.#events = this.#events.slice(this.#first);
      this.#first = 0;
    }
  }

  /** `seq` of the oldest event; null when the ring is empty. */
  get oldestSeq(): number | null {
    return this.#events[this.#first]?.seq ?? null;
  }

  /**
   * Prepends older events, which must end directly before the oldest one, as far as the bounds allow.
   * @returns whether all of them fit.
   */
  prepend(events: readonly EncodedEvent[]): boolean {
    const oldest = this.oldestSeq;
    const last = events.at(-1);
    if (last === undefined || (oldest !== null && last.seq !== oldest - 1)) return false;
    let from = events.length;
    let bytes = this.#bytes;
    while (from > 0 && this.size + events.length - from < this.maxEvents) {
      bytes += events[from - 1]!.chunk.length;
      if (bytes > this.maxBytes) break;
      this.#bytes = bytes;
      from -= 1;
    }
    this.#events = [...events.slice(from), ...this.#events.slice(this.#first)];
    this.#first = 0;
    return from === 0;
  }

  /** The event with this `seq`. */
  at(seq: number): EncodedEvent | undefined {
    const oldest = this.#events[this.#first];
    return oldest === undefined || seq < oldest.seq ? undefined : this.#events[this.#first + seq - oldest.seq];
  }

  /** @returns events with `after < seq <= upTo`, at most `limit`; null when the ring does not reach back to `after`. */
  slice(after: number, upTo: number, limit: number): readonly EncodedEvent[] | null {
    const oldest = this.#events[this.#first];
    if (oldest === undefined || after < oldest.seq - 1) return null;
    const from = this.#first + after - oldest.seq + 1;
    return this.#events.slice(from, from + Math.min(limit, upTo - after));
  }

  clear(): void {
    this.#events = [];
    this.#first = 0;
    this.#bytes = 0;
  }
}
