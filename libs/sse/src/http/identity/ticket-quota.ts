import type { Clock, Principal } from '@nest-herald/platform';
import { SseRefusal } from '../../vocabulary/refusal.js';

const WINDOW_MS = 60_000;

/**
 * Keeps one person from filling the ticket store for everybody. Counts per minute and process; the counts of a minute are
 * dropped with it, so the memory is that of the people of one minute.
 */
export class TicketQuota {
  readonly #taken = new Map<string, number>();
  #windowEndsAtMs = -Infinity;

  /** @param maxPerWindow 0 = off. */
  constructor(
    private readonly maxPerWindow: number,
    private readonly clock: Clock,
  ) {}

  /** @throws SseRefusal 429 `rate_limited` when the person had all of this minute. */
  take({ tenantId, userId }: Principal): void {
    if (this.maxPerWindow === 0) return;
    const now = this.clock.monotonicMs();
    if (now >= this.#windowEndsAtMs) {
      this.#taken.clear();
      this.#windowEndsAtMs = now + WINDOW_MS;
    }
    // No identifier contains a slash, so no two people share a key.
    const key = `${tenantId}/${userId}`;
    const taken = this.#taken.get(key) ?? 0;
    if (taken >= this.maxPerWindow) {
      throw new SseRefusal(429, 'rate_limited', {
        detail: `You get ${this.maxPerWindow} tickets per minute. Use one for each stream, when it opens.`,
        retryAfterMs: this.#windowEndsAtMs - now,
      });
    }
    this.#taken.set(key, taken + 1);
  }
}
