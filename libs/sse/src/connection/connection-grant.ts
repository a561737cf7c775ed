import type { AudienceKey } from '../vocabulary/audience.js';
import type { Transport } from '../presence/presence.js';
import type { Principal } from '@nest-herald/platform';
import type { AdmissionSlot } from '../admission/admission-slot.js';

/** The verified user of a connection, and what was granted to it. */
export interface ConnectionGrant {
  readonly principal: Principal;
  /** Current audience keys, without topics. */
  readonly keys: readonly AudienceKey[];
  /** Granted topics and patterns, as the client wrote them. */
  readonly topics: readonly string[];
  /** Requested topics that were not granted (`onDeniedTopic: 'omit'`). */
  readonly denied: readonly string[];
  /** The device that presence shows, ≤ 64 characters. */
  readonly device: string;
  readonly transport: Transport;
  readonly heartbeat: 'event' | 'comment';
  /** Passed to the connection at `attach`; `abandon` releases it otherwise. */
  readonly slot: AdmissionSlot;
}
