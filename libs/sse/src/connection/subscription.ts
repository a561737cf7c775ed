import type { AudienceKey } from '../vocabulary/audience.js';
import type { Principal } from '@nest-herald/platform';

/** What a connection may see from now on. */
export interface Subscription {
  /** Audience keys without topics. */
  readonly keys: readonly AudienceKey[];
  readonly topics: readonly string[];
  readonly denied?: readonly string[];
  /** The principal of the new token after a token refresh. Its tenant and user are unchanged. */
  readonly principal?: Principal;
}
