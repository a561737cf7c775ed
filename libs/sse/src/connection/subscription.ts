import type { AudienceKey } from '../audience.js';
import type { Principal } from '../principal.js';

/** What the holder of a connection may see from now on. */
export interface Subscription {
  /** Audience keys without topics. */
  readonly keys: readonly AudienceKey[];
  readonly topics: readonly string[];
  readonly denied?: readonly string[];
  /** The new token, where it was swapped: same tenant and user. */
  readonly principal?: Principal;
}
