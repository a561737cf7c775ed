import type { Transport } from '../presence/presence.js';
import type { Principal } from '@nest-herald/platform';

/** The right to hold one connection. The caller that got it must release it or pass it to a connection, which then does. */
export interface AdmissionSlot {
  readonly principal: Principal;
  readonly transport: Transport;
  /** Releases the slot. Later calls do nothing. */
  release(): void;
}
