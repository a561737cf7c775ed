import type { Socket } from 'node:net';
import type { EncodedEvent } from './encoded-event.js';

/**
 * Carries the frames of one connection to its client: a response, a WebSocket, or the collected answer of a poll.
 * Only its connection calls it. No method throws.
 */
export interface FrameSink {
  /** Writes one frame. @returns false when the carrier is full: wait for `onDrain`. */
  write(event: EncodedEvent): boolean;
  /** Writes several frames in one piece, in order. @returns as `write`. */
  writeAll(events: readonly EncodedEvent[]): boolean;
  /** Called once when the replay has ended. Later frames are live, but replayed frames may still be queued. */
  caughtUp?(): void;
  /** Bytes written that the carrier still holds in this process. */
  readonly queuedBytes: number;
  /** Its socket, null or absent where it has none of its own. */
  readonly socket?: Socket | null;
  /** Whether the carrier is gone. A frame written then is lost without harm. */
  readonly isGone: boolean;
  /** Calls back once, when a full carrier has drained. */
  onDrain(listener: () => void): void;
  /** Calls back once, when the carrier is gone, for whatever reason. */
  onGone(listener: () => void): void;
  /** Ends the stream after what was written. */
  end(): void;
  /** Drops the carrier at once, with everything it still holds. */
  reset(): void;
}
