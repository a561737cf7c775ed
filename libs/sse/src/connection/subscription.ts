import type { AudienceKey } from '../vocabulary/audience.js';
import type { Principal } from '@nest-herald/platform';

/** What the holder of a connection may see from now on. */
export interface Subscription {
  /** Audience keys without topics. */
  readonly keys: readonly AudienceKey[];
  readonly topics: readonly string[];
  readonly denied?: readonly string[];
  /** The new token, where it was swapped: same tenant and user. */
  readonly principal?: Principal;
}
