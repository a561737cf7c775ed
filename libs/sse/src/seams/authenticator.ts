import type { Principal } from '@nest-herald/platform';

/** Injection token of the {@link Authenticator}. */
export const AUTHENTICATOR = Symbol('AUTHENTICATOR');

/**
 * Verifies an access token and returns its {@link Principal}. The default implementation reads a JWT.
 *
 * Guarantee of every implementation: the principal comes from the verified token and from nothing else.
 */
export interface Authenticator {
  /**
   * @param token the credential as it was sent. It is at most as long as a request head.
   * @throws SseRefusal 401 `token_expired` for a token that was valid once, 401 `invalid_token` for any other invalid token,
   * 503 when the token cannot be checked now. Any other error is logged and answered with 500.
   */
  authenticate(token: string): Promise<Principal>;
}
