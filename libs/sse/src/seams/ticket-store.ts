import type { Principal } from '@nest-herald/platform';

/** Injection token of the {@link TicketStore}. */
export const TICKET_STORE = Symbol('TICKET_STORE');

/** What a ticket stands for. The ticket itself is never stored, only its SHA-256. */
export interface TicketRecord {
  /** SHA-256 of the ticket, 32 bytes. */
  readonly hash: Buffer;
  readonly principal: Principal;
  /** `Origin` of the request that asked for the ticket; a redeeming request that sends one must send the same. */
  readonly origin: string | null;
  readonly expiresAt: Date;
}

/** Keeps tickets until they are redeemed once or expire. */
export interface TicketStore {
  issue(record: TicketRecord): Promise<void>;
  /**
   * Takes the ticket out of the store: of any number of parallel calls, on any number of nodes, exactly one gets it.
   * @returns null for an unknown, spent or expired ticket.
   */
  redeem(hash: Buffer): Promise<TicketRecord | null>;
}
