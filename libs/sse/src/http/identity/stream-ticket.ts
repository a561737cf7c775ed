import { createHash } from 'node:crypto';
import type { Clock, IdGenerator, Principal } from '@nest-herald/platform';
import { SseRefusal } from '../../vocabulary/refusal.js';
import type { TicketStore } from '../../seams/ticket-store.js';
import { TicketQuota } from './ticket-quota.js';

/** Time within which a ticket can be redeemed. */
export const TICKET_LIFETIME_MS = 30_000;

const TICKET_BYTES = 32;
const TICKET = /^[A-Za-z0-9_-]{43}$/;

/** A ticket as its requester gets it. It cannot be read again. */
export interface IssuedTicket {
  readonly ticket: string;
  readonly expiresAt: Date;
}

/**
 * Issues and redeems stream tickets: 256 random bits that open one stream, once, within 30 s, on any server that shares the
 * store. The store keeps only the SHA-256 of a ticket, so reading the store yields no valid ticket.
 */
export class StreamTickets {
  readonly #quota: TicketQuota;

  /** @param maxPerMinute tickets per user and minute; a stream needs one, so this is also the rate of streams. 0 = off. */
  constructor(
    private readonly store: TicketStore,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    maxPerMinute: number,
  ) {
    this.#quota = new TicketQuota(maxPerMinute, clock);
  }

  /**
   * @param origin `Origin` of the request, null when it has none.
   * @throws SseRefusal 429 `rate_limited`; 503 `at_capacity` from a store that is full.
   */
  async issue(principal: Principal, origin: string | null): Promise<IssuedTicket> {
    this.#quota.take(principal);
    const ticket = this.ids.random(TICKET_BYTES);
    const expiresAt = new Date(
      Math.min(this.clock.now().getTime() + TICKET_LIFETIME_MS, principal.expiresAt.getTime()),
    );
    await this.store.issue({ hash: hashOf(ticket), principal, origin, expiresAt });
    return { ticket, expiresAt };
  }

  /**
   * Spends the ticket, also when it comes from another origin, because that origin now knows it.
   * @param origin `Origin` of the redeeming request; null (a same-origin EventSource sends none) is always accepted.
   * @throws SseRefusal 401 `invalid_ticket`.
   */
  async redeem(ticket: string, origin: string | null): Promise<Principal> {
    const record = TICKET.test(ticket) ? await this.store.redeem(hashOf(ticket)) : null;
    const now = this.clock.now();
    if (record === null || record.expiresAt <= now || record.principal.expiresAt <= now) throw invalidTicket();
    if (origin !== null && origin !== record.origin) throw invalidTicket();
    return record.principal;
  }
}

function hashOf(ticket: string): Buffer {
  return createHash('sha256').update(ticket).digest();
}

/** The same refusal for every fault of a ticket. */
export function invalidTicket(): SseRefusal {
  return new SseRefusal(401, 'invalid_ticket', {
    detail: 'The ticket is unknown, spent or older than 30 seconds. Request a new one.',
  });
}
