import type { Socket } from 'node:net';
import type { EncodedEvent } from './encoded-event.js';

/**
 * What carries the frames of one connection to its client: a response, a WebSocket, the collected answer of a poll.
 * A connection is its only caller. None of the methods throws.
 */
export interface FrameSink {
  /** Hands one frame over. @returns false when the carrier is full: wait for `onDrain`. */
  write(event: EncodedEvent): boolean;
  /** Hands several frames over in one piece, in order. @returns as `write`. */
  writeAll(events: readonly EncodedEvent[]): boolean;
  /** Called once when the past is read: from now on frames are as new as they can be. Frames of it may still wait in the queue. */
  caughtUp?(): void;
  /** Bytes handed over that the carrier still holds in this process. */
  readonly queuedBytes: number;
  /** The line that it stands on, null or absent where it has none of its own. */
  readonly socket?: Socket | null;
  /** Whether the carrier is gone; a frame handed over then is lost without harm. */
  readonly isGone: boolean;
  /** Calls back once, when a full carrier has room again. */
  onDrain(listener: () => void): void;
  /** Calls back once, when the carrier is gone, whoever ended it. */
  onGone(listener: () => void): void;
  /** Ends the stream behind what was handed over. */
  end(): void;
  /** Drops the carrier at once, with everything it still holds. */
  reset(): void;
}
