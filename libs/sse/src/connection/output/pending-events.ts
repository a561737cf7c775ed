import type { EncodedEvent } from './encoded-event.js';

const MAX_EVENTS = 1_000;
const MAX_BYTES = 256 * 1024;

/**
 * Live events of a connection that is still replaying. It is bounded: beyond the bound it drops all of them, and the replay
 * reads on to the new head instead, since the log and the ring contain the same events.
 */
export class PendingEvents {
  #events: EncodedEvent[] = [];
  #bytes = 0;
  #overflowed = false;

  /** @param maxBytes 0 = 256 KiB. */
  constructor(private readonly maxBytes: number) {}

  add(event: EncodedEvent): void {
    // The replay also reads what comes after an overflow: `takeOverflow` is called when its new horizon is set.
    if (this.#overflowed) return;
    this.#events.push(event);
    this.#bytes += event.chunk.length;
    if (this.#events.length <= MAX_EVENTS && this.#bytes <= (this.maxBytes || MAX_BYTES)) return;
    this.#overflowed = true;
    this.take();
  }

  take(): readonly EncodedEvent[] {
    const events = this.#events;
    this.#events = [];
    this.#bytes = 0;
    return events;
  }

  /** @returns whether events were dropped since the last call. */
  takeOverflow(): boolean {
    const overflowed = this.#overflowed;
    this.#overflowed = false;
    return overflowed;
  }
}
