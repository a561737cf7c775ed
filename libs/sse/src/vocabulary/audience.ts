import { asUserId, type Principal, type UserId } from '@nest-herald/platform';

/**
 * The recipients of an event as one string, which is also the key that connections are indexed by:
 * `tenant`, `user:<id>`, `role:<r>`, `topic:<t>`, and what a host's directory adds (`dept:<id>`, `pos:<id>`, `group:<id>`).
 */
export type AudienceKey = string;

/** The audience of an event that names several people. They are listed in `recipients`; each is looked up as `user:<id>`. */
export const NAMED_USERS = 'users';

/** The audience key that every user of a tenant has. */
export const TENANT_KEY: AudienceKey = 'tenant';

/** The most people that one row of the log names. Longer lists become several rows. */
export const MAX_RECIPIENTS_PER_EVENT = 500;

/** The audience keys that follow from a verified token alone. A directory may add to them. */
export function keysOfPrincipal(principal: Principal): AudienceKey[] {
  return [userKey(principal.userId), TENANT_KEY, ...principal.roles.map((role) => `role:${role}`)];
}

/** The audience key of one person. */
export function userKey(userId: UserId | string): AudienceKey {
  return `user:${asUserId(userId)}`;
}
