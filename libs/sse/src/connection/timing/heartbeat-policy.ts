import { MIN_CURSOR_INTERVAL_MS } from '@nest-herald/sse-protocol';

/** The state of a connection when a heartbeat is due. */
export interface HeartbeatInput {
  readonly nowMs: number;
  /** The carrier holds bytes that the client has not read. */
  readonly isBlocked: boolean;
  /** The connection is live and the head of the feed is ahead of its client. */
  readonly isBehind: boolean;
}

/** What to do when a heartbeat is due. */
export type HeartbeatAction = 'give up' | 'wait' | 'heartbeat' | 'cursor and heartbeat';

/**
 * Decides what to do when a heartbeat of a connection is due.
 *
 * A connection counts as idle while nothing can be written to it, not while nothing is published: every heartbeat that leaves
 * proves that the client reads. While unread bytes are queued, a further heartbeat would prove nothing.
 */
export class HeartbeatPolicy {
  #blockedSinceMs = Infinity;
  #cursorSentAtMs: number;

  /** @param idleTimeoutMs 0 = off. */
  constructor(
    private readonly idleTimeoutMs: number,
    nowMs: number,
  ) {
    this.#cursorSentAtMs = nowMs;
  }

  decide({ nowMs, isBlocked, isBehind }: HeartbeatInput): HeartbeatAction {
    if (isBlocked) {
      this.#blockedSinceMs = Math.min(this.#blockedSinceMs, nowMs);
      return this.idleTimeoutMs > 0 && nowMs - this.#blockedSinceMs >= this.idleTimeoutMs ? 'give up' : 'wait';
    }
    this.#blockedSinceMs = Infinity;
    if (!isBehind || nowMs - this.#cursorSentAtMs < MIN_CURSOR_INTERVAL_MS) return 'heartbeat';
    this.#cursorSentAtMs = nowMs;
    return 'cursor and heartbeat';
  }

  /** The carrier has drained, so the client reads. */
  progress(): void {
    this.#blockedSinceMs = Infinity;
  }
}
