import type { Principal } from '@nest-herald/platform';

/** Injection token of the {@link TicketStore}. */
export const TICKET_STORE = Symbol('TICKET_STORE');

/** What is stored of a ticket: its SHA-256 and what it grants, never the ticket itself. */
export interface TicketRecord {
  /** SHA-256 of the ticket, 32 bytes. */
  readonly hash: Buffer;
  readonly principal: Principal;
  /** `Origin` of the request that asked for the ticket. A redeeming request that sends an `Origin` must send the same. */
  readonly origin: string | null;
  readonly expiresAt: Date;
}

/** Stores tickets until they are redeemed once or expire. */
export interface TicketStore {
  issue(record: TicketRecord): Promise<void>;
  /**
   * Removes the ticket and returns it. Of any number of concurrent calls, on any number of servers, exactly one gets it.
   * @returns null for an unknown, redeemed or expired ticket.
   */
  redeem(hash: Buffer): Promise<TicketRecord | null>;
}
