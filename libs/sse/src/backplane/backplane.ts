import type { EphemeralEvent } from '../vocabulary/envelope.js';
import type { Hint } from '../event-log/event-log.js';

/** Injection token of the {@link Backplane}. */
export const BACKPLANE = Symbol('BACKPLANE');

/** What nodes tell each other. Durable payloads never travel here. */
export type BackplaneMessage =
  | { readonly kind: 'hint'; readonly hint: Hint }
  | { readonly kind: 'ephemeral'; readonly event: EphemeralEvent }
  /** A committed event may wait in the outbox: the owner of the shard should look. */
  | { readonly kind: 'wake-up'; readonly shard: number }
  | ControlMessage;

/**
 * One node asks or answers another: ends a stream, swaps a token, recomputes rights. May be lost like every message, so who
 * asks waits for an answer, and what must hold is stored as well.
 */
export interface ControlMessage {
  readonly kind: 'control';
  /** The node it is for; null for all, the sender included. */
  readonly to: string | null;
  /** JSON of the sender's own making, at most {@link MAX_CONTROL_BYTES}; never a token or a payload. */
  readonly text: string;
}

/** Fits in one flush of every carrier. */
export const MAX_CONTROL_BYTES = 4_096;

/**
 * Carries small messages between the nodes of one cluster, in the order of each publisher.
 *
 * Guarantees (`describeBackplane` proves them): every node that listens, the publishing one included, gets each
 * message at most once while the carrier is healthy. Messages may be lost when it is not; nothing durable depends on them.
 */
export interface Backplane {
  /** Begins to listen; resolves when messages published from now on will be heard. */
  start(listener: (message: BackplaneMessage) => void): Promise<void>;
  /** Hands a message over; never throws for a carrier that is away (it counts and logs instead). */
  publish(message: BackplaneMessage): void;
  /** Whether the carrier answers; readiness. */
  isConnected(): boolean;
  stop(): Promise<void>;
  /** What it could not send, and what it heard that was not ours; totals since the start of the process. */
  readonly counters?: { readonly lost: number; readonly foreign: number };
}
