import type { SseError } from '../vocabulary/sse.errors.js';

/** What a {@link Carrier} tells. */
export interface CarrierEvents {
  /** A text on the channel, from whomever; texts of one sender in their order. */
  heard(text: string): void;
  /** Something went wrong in the background; the carrier goes on by itself. */
  failed(what: string, error: unknown): void;
}

/**
 * Brings texts to every node that listens, the sender included. Knows nothing of what they say. Once started it connects
 * again by itself, for ever; what is sent meanwhile is refused, never kept.
 */
export interface Carrier {
  /** Resolves when texts that are sent from now on will be heard. @throws when the first connection fails. */
  start(events: CarrierEvents): Promise<void>;
  /** Sends texts of at most {@link maxTextBytes} each, in order. @throws when they may not have left. */
  send(texts: readonly string[]): Promise<void>;
  stop(): Promise<void>;
  readonly isConnected: boolean;
  /** What fits in one text, in bytes of UTF-8. */
  readonly maxTextBytes: number;
  /** What to tell a person whose server could not be reached: no password, but what to do. */
  unreachable(cause: unknown): SseError;
  /** What to tell a person where what was sent was not heard. */
  deaf(withinMs: number): SseError;
}

/** The part of an error that may be shown. */
export function causeOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
