import type { AudienceKey } from '../vocabulary/audience.js';
import type { Transport } from '../presence/presence.js';
import type { Principal } from '@nest-herald/platform';
import type { AdmissionSlot } from '../admission/admission-slot.js';

/** Who holds a connection, and what was granted. */
export interface ConnectionGrant {
  readonly principal: Principal;
  /** Audience keys of the holder now, without topics. */
  readonly keys: readonly AudienceKey[];
  /** Granted topics and patterns, as the client wrote them. */
  readonly topics: readonly string[];
  /** Topics asked for and left out (`onDeniedTopic: 'omit'`). */
  readonly denied: readonly string[];
  /** What presence shows as the device, ≤ 64 characters. */
  readonly device: string;
  readonly transport: Transport;
  readonly heartbeat: 'event' | 'comment';
  /** Given to the connection at `attach`, released by `abandon` otherwise. */
  readonly slot: AdmissionSlot;
}
