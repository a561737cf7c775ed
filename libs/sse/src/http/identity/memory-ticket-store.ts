import type { Clock } from '@nest-herald/platform';
import { SseRefusal } from '../../vocabulary/refusal.js';
import type { TicketRecord, TicketStore } from '../../seams/ticket-store.js';

/** Tickets stored at once; at 30 s each, far more than one process can serve. */
const MAX_TICKETS = 100_000;

/** A {@link TicketStore} for one process: another server cannot redeem its tickets. */
export class MemoryTicketStore implements TicketStore {
  /** In order of issue, which is nearly the order of expiry. */
  readonly #tickets = new Map<string, TicketRecord>();

  constructor(
    private readonly clock: Clock,
    private readonly maxTickets = MAX_TICKETS,
  ) {}

  /** @throws SseRefusal 503 `at_capacity` when the store is full of valid tickets. */
  async issue(record: TicketRecord): Promise<void> {
    this.#dropExpired();
    if (this.#tickets.size >= this.maxTickets) {
      throw new SseRefusal(503, 'at_capacity', {
        detail: `${this.maxTickets} unused tickets are stored, the most that this server keeps. Retry when some have expired.`,
        retryAfterMs: 5_000,
      });
    }
    this.#tickets.set(record.hash.toString('base64'), record);
  }

  async redeem(hash: Buffer): Promise<TicketRecord | null> {
    const key = hash.toString('base64');
    const record = this.#tickets.get(key);
    // Read and removed in one tick, so only the first of several concurrent calls finds it.
    this.#tickets.delete(key);
    return record !== undefined && record.expiresAt > this.clock.now() ? record : null;
  }

  /** Stops at the first valid ticket, so the total cost is bounded by the number of tickets issued. */
  #dropExpired(): void {
    const now = this.clock.now();
    for (const [key, record] of this.#tickets) {
      if (record.expiresAt > now) return;
      this.#tickets.delete(key);
    }
  }
}
