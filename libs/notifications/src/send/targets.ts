import { TENANT_KEY, type AudienceKey } from '@nest-herald/sse';
import type { NotificationTargets } from '../schemas/send-input.js';

/** Whom a notification reaches: by a row of their own, or by an audience key that they hold. */
export interface Addressees {
  /** People named, each once, in the order of their ids (so that two senders never lock in opposite orders). */
  readonly users: readonly string[];
  /** Audience keys, each once; the same strings by which connections are found. */
  readonly keys: readonly AudienceKey[];
}

const PREFIX = {
  topics: 'topic:',
  roles: 'role:',
  departments: 'dept:',
  positions: 'pos:',
  groups: 'group:',
} as const;

/**
 * Turns targets into addressees, each once. Everybody holds the tenant's key, so it makes every other target redundant:
 * a notification "to all, and to Ann" is one to all, and Ann gets it once.
 */
export function addresseesOf(to: NotificationTargets): Addressees {
  if (to.tenant) return { users: [], keys: [TENANT_KEY] };
  const keys = (Object.keys(PREFIX) as (keyof typeof PREFIX)[]).flatMap((kind) =>
    (to[kind] ?? []).map((id) => PREFIX[kind] + id),
  );
  return { users: [...new Set(to.users)].sort(), keys: [...new Set(keys)].sort() };
}

/** The permissions that a request needs to address these targets. */
export function permissionsFor(to: NotificationTargets): readonly string[] {
  const wide = to.tenant || to.roles || to.departments || to.positions || to.groups;
  return [...(to.users || to.topics ? ['notification:send'] : []), ...(wide ? ['notification:broadcast'] : [])];
}
