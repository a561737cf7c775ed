/** Why the server ends a stream; the `reason` of a `close` event (PROTOCOL P33). */
export const CLOSE_REASONS = ['token_expired', 'revoked', 'slow_consumer', 'shutdown', 'limit', 'complete'] as const;

/** See {@link CLOSE_REASONS}. */
export type CloseReason = (typeof CLOSE_REASONS)[number];

/**
 * Whether a client should reconnect by itself after this reason, unless the server states otherwise (P34).
 *
 * `limit` is `false` because another connection of the same user has replaced this one: two clients that both
 * reconnected would evict each other for ever. A rotation by age sends `limit` with `reconnect: true`.
 */
export const RECONNECT_AFTER: Readonly<Record<CloseReason, boolean>> = {
  token_expired: false,
  revoked: false,
  slow_consumer: true,
  shutdown: true,
  limit: false,
  complete: false,
};
