import type { Authenticator } from '../../seams/authenticator.js';
import type { Clock, Principal } from '@nest-herald/platform';
import type { ResolvedJwtOptions } from '../../options/jwt.options.js';
import { principalOf } from './token-claims.js';
import { type TokenVerifier, tokenVerifier } from './token-verifier.js';

/** The default {@link Authenticator}: verifies JWT access tokens and caches nothing between calls. */
export class JwtAuthenticator implements Authenticator {
  readonly #verify: TokenVerifier;

  constructor(
    private readonly options: ResolvedJwtOptions,
    private readonly clock: Clock,
  ) {
    this.#verify = tokenVerifier(options, clock);
  }

  async authenticate(token: string): Promise<Principal> {
    return principalOf(await this.#verify(token), this.options, this.clock.now());
  }
}
