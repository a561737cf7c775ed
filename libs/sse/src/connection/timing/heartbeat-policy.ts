import { MIN_CURSOR_INTERVAL_MS } from '@nest-herald/sse-protocol';

/** What a beat finds. */
export interface HeartbeatInput {
  readonly nowMs: number;
  /** The carrier holds bytes that the client does not read. */
  readonly isBlocked: boolean;
  /** Live, and the tenant's order is ahead of what the client has. */
  readonly isBehind: boolean;
}

/** What a beat leads to. */
export type HeartbeatAction = 'give up' | 'wait' | 'beat' | 'cursor and beat';

/**
 * Decides what a beat of a connection does.
 *
 * A connection counts as idle while nothing can be written to it, not while nothing is published: every heartbeat that
 * leaves proves that somebody takes bytes. Behind bytes that the client does not read a further beat would prove nothing.
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
    if (!isBehind || nowMs - this.#cursorSentAtMs < MIN_CURSOR_INTERVAL_MS) return 'beat';
    this.#cursorSentAtMs = nowMs;
    return 'cursor and beat';
  }

  /** The client took everything that the carrier held. */
  progress(): void {
    this.#blockedSinceMs = Infinity;
  }
}
