import { asUserId, type Principal, type UserId } from '@nest-herald/platform';

/**
 * One string that says to whom an event is addressed, and by which a connection is found (wire.md §2):
 * `tenant`, `user:<id>`, `role:<r>`, `topic:<t>`, and what a host's directory adds (`dept:<id>`, `pos:<id>`, `group:<id>`).
 */
export type AudienceKey = string;

/** The audience of an event that names several people; the people are in `recipients`, each found as `user:<id>`. */
export const NAMED_USERS = 'users';

/** The audience key of everybody in the tenant. */
export const TENANT_KEY: AudienceKey = 'tenant';

/** People that one logged row may name; longer lists become several rows (delivery.md §2). */
export const MAX_RECIPIENTS_PER_EVENT = 500;

/** The keys that a verified token alone gives its holder; a directory may add to them. */
export function keysOfPrincipal(principal: Principal): AudienceKey[] {
  return [userKey(principal.userId), TENANT_KEY, ...principal.roles.map((role) => `role:${role}`)];
}

/** The audience key of one person. */
export function userKey(userId: UserId | string): AudienceKey {
  return `user:${asUserId(userId)}`;
}
