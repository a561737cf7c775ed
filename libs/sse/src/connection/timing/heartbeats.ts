import type { Clock } from '@nest-herald/platform';
import { encodeControl, HEARTBEAT_COMMENT, type EncodedEvent } from '../output/encoded-event.js';

/** Encodes heartbeats. All heartbeats of one second share a Buffer. */
export class Heartbeats {
  #second = -1;
  #event: EncodedEvent = HEARTBEAT_COMMENT;

  constructor(private readonly clock: Clock) {}

  current(kind: 'event' | 'comment'): EncodedEvent {
    if (kind === 'comment') return HEARTBEAT_COMMENT;
    const now = this.clock.now();
    const second = Math.floor(now.getTime() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#event = encodeControl('heartbeat', { time: now.toISOString(), timestamp: second });
    }
    return this.#event;
  }
}
