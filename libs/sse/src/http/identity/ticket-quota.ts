import type { Clock, Principal } from '@nest-herald/platform';
import { SseRefusal } from '../../vocabulary/refusal.js';

const WINDOW_MS = 60_000;

/**
 * Prevents one user from filling the ticket store. Counts per minute and process, and drops the counts after each minute, so it
 * needs memory only for the users of one minute.
 */
export class TicketQuota {
  readonly #taken = new Map<string, number>();
  #windowEndsAtMs = -Infinity;

  /** @param maxPerWindow 0 = off. */
  constructor(
    private readonly maxPerWindow: number,
    private readonly clock: Clock,
  ) {}

  /** @throws SseRefusal 429 `rate_limited` when the user has used up the current minute's tickets. */
  take({ tenantId, userId }: Principal): void {
    if (this.maxPerWindow === 0) return;
    const now = this.clock.monotonicMs();
    if (now >= this.#windowEndsAtMs) {
      this.#taken.clear();
      this.#windowEndsAtMs = now + WINDOW_MS;
    }
    // No identifier contains a slash, so no two users share a key.
    const key = `${tenantId}/${userId}`;
    const taken = this.#taken.get(key) ?? 0;
    if (taken >= this.maxPerWindow) {
      throw new SseRefusal(429, 'rate_limited', {
        detail: `You have used ${this.maxPerWindow} tickets in this minute, the limit. Request one for each stream, when you open it.`,
        retryAfterMs: this.#windowEndsAtMs - now,
      });
    }
    this.#taken.set(key, taken + 1);
  }
}
