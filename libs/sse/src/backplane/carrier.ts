import type { SseError } from '../vocabulary/sse.errors.js';

/** Callbacks of a {@link Carrier}. */
export interface CarrierEvents {
  /** A text arrived on the channel, from any sender; texts of one sender arrive in order. */
  received(text: string): void;
  /** An error in the background; the carrier recovers by itself. */
  failed(what: string, error: unknown): void;
}

/**
 * The transport below a backplane: brings texts to every listening server, including the sender, without reading them.
 * A started carrier reconnects by itself without limit. While it is disconnected it refuses texts and never queues them.
 */
export interface Carrier {
  /** Resolves once texts sent from now on will be received. @throws when the first connection fails. */
  start(events: CarrierEvents): Promise<void>;
  /** Sends texts of at most {@link maxTextBytes} each, in order. @throws when they may not have been sent. */
  send(texts: readonly string[]): Promise<void>;
  stop(): Promise<void>;
  readonly isConnected: boolean;
  /** Size limit of one text, in bytes of UTF-8. */
  readonly maxTextBytes: number;
  /** The error when the carrier's server cannot be reached. It states the remedy and never contains a password. */
  unreachable(cause: unknown): SseError;
  /** The error when the carrier's own text did not come back within `withinMs`. It states the remedy. */
  selfTestFailed(withinMs: number): SseError;
}

/** The part of an error that may appear in a message. */
export function causeOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
