import type { AudienceKey } from '../vocabulary/audience.js';
import type { Principal } from '@nest-herald/platform';

/**
 * Adds the audience keys that a host's directory knows of a user: `dept:<id>` with all ancestors, `pos:<id>`, `group:<id>`,
 * further `role:<r>`.
 *
 * It must not return keys that only the token decides: an answer with `tenant`, `users`, `user:…` or `topic:…` refuses the
 * stream. An error refuses it too, because a stream that silently misses its department's events would be worse than none.
 */
export interface AudienceResolver {
  keysOf(principal: Principal): readonly AudienceKey[] | Promise<readonly AudienceKey[]>;
}
