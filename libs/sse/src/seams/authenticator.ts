import type { Principal } from '@nest-herald/platform';

/** Injection token of the {@link Authenticator}. */
export const AUTHENTICATOR = Symbol('AUTHENTICATOR');

/**
 * Turns an access token into the {@link Principal} that it proves; the default reads a JWT.
 *
 * Guarantee of every implementation: what it returns comes from the verified token and from nothing else.
 */
export interface Authenticator {
  /**
   * @param token the credential as it was sent, at most as long as a request head.
   * @throws SseRefusal 401 `token_expired` for a token that was valid once, 401 `invalid_token` for every other fault of
   * the token, 503 when it cannot be checked now. Any other error is answered as 500 and logged.
   */
  authenticate(token: string): Promise<Principal>;
}
