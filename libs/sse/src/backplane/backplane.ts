import type { EphemeralEvent } from '../vocabulary/envelope.js';
import type { Hint } from '../event-log/event-log.js';

/** Injection token of the {@link Backplane}. */
export const BACKPLANE = Symbol('BACKPLANE');

/** What servers send each other. Durable payloads never travel here. */
export type BackplaneMessage =
  | { readonly kind: 'hint'; readonly hint: Hint }
  | { readonly kind: 'ephemeral'; readonly event: EphemeralEvent }
  /** A committed event may wait in the outbox; the owner of the shard should check now. */
  | { readonly kind: 'wake-up'; readonly shard: number }
  | ControlMessage;

/**
 * A server request or its answer: end a stream, refresh a token, recompute rights. It may be lost like every message, so the
 * sender waits for an answer, and anything that must take effect is also stored.
 */
export interface ControlMessage {
  readonly kind: 'control';
  /** The receiving server; null for all servers, including the sender. */
  readonly to: string | null;
  /** JSON that the sender wrote, at most {@link MAX_CONTROL_BYTES}; never a token or a payload. */
  readonly text: string;
}

/** Fits in one flush of every carrier. */
export const MAX_CONTROL_BYTES = 4_096;

/**
 * Carries small messages between the servers of one cluster, in the order of each publisher.
 *
 * Guarantees (`describeBackplane` proves them): every listening server, including the publisher, receives each message at
 * most once while the carrier is healthy. When it is not, messages may be lost; nothing durable depends on them.
 */
export interface Backplane {
  /** Starts listening; resolves once newly published messages will be received. */
  start(listener: (message: BackplaneMessage) => void): Promise<void>;
  /** Queues a message. Never throws when the carrier is disconnected: it counts the loss and reports it instead. */
  publish(message: BackplaneMessage): void;
  /** Whether the carrier responds; used for readiness. */
  isConnected(): boolean;
  stop(): Promise<void>;
  /** Messages that could not be sent (`lost`) and received texts that are not ours (`foreign`), since the process started. */
  readonly counters?: { readonly lost: number; readonly foreign: number };
}
