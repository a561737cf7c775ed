import type { Clock } from '@nest-herald/platform';
import { SseRefusal } from '../../vocabulary/refusal.js';
import type { TicketRecord, TicketStore } from '../../seams/ticket-store.js';

/** Tickets kept at once; at 30 s each this is far above what one process can serve. */
const MAX_TICKETS = 100_000;

/** A {@link TicketStore} for one process: a ticket issued here cannot be redeemed on another node. */
export class MemoryTicketStore implements TicketStore {
  /** In order of issue, which is nearly the order of expiry: the oldest are dropped first. */
  readonly #tickets = new Map<string, TicketRecord>();

  constructor(
    private readonly clock: Clock,
    private readonly maxTickets = MAX_TICKETS,
  ) {}

  /** @throws SseRefusal 503 `at_capacity` when the store is full of tickets that are still good. */
  async issue(record: TicketRecord): Promise<void> {
    this.#dropExpired();
    if (this.#tickets.size >= this.maxTickets) {
      throw new SseRefusal(503, 'at_capacity', { detail: 'Too many tickets wait to be used.', retryAfterMs: 5_000 });
    }
    this.#tickets.set(record.hash.toString('base64'), record);
  }

  async redeem(hash: Buffer): Promise<TicketRecord | null> {
    const key = hash.toString('base64');
    const record = this.#tickets.get(key);
    // Looked up and taken out in one tick, so of parallel calls only the first finds it.
    this.#tickets.delete(key);
    return record !== undefined && record.expiresAt > this.clock.now() ? record : null;
  }

  /** Stops at the first good one: each call drops at most what earlier calls put in. */
  #dropExpired(): void {
    const now = this.clock.now();
    for (const [key, record] of this.#tickets) {
      if (record.expiresAt > now) return;
      this.#tickets.delete(key);
    }
  }
}
