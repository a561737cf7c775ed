import type { Transport } from '../presence/presence.js';
import type { Principal } from '@nest-herald/platform';

/** The right to hold one connection. Whoever obtained it releases it, or hands it to a connection, which then does. */
export interface AdmissionSlot {
  readonly principal: Principal;
  readonly transport: Transport;
  /** Gives the place back; the second and later calls do nothing. */
  release(): void;
}
