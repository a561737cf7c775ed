import type { EncodedEvent } from './encoded-event.js';

/**
 * Joins the chunks of several events into one Buffer and caches the last result. In a burst, all connections of an audience
 * join the same events, so the bytes are copied once and not once per connection.
 */
export class ChunkJoiner {
  #events: readonly EncodedEvent[] = [];
  #joined: Buffer = Buffer.alloc(0);

  join(events: readonly EncodedEvent[]): Buffer {
    if (events.length === 1) return events[0]!.chunk;
    if (!sameEvents(events, this.#events)) {
      this.#joined = Buffer.concat(events.map((event) => event.chunk));
      this.#events = events;
    }
    return this.#joined;
  }
}

function sameEvents(a: readonly EncodedEvent[], b: readonly EncodedEvent[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
