import { TENANT_KEY, type AudienceKey } from '@nest-herald/sse';
import type { NotificationTargets } from '../schemas/send-input.js';

/** The recipients of a notification: people with a row of their own, and audience keys. */
export interface Addressees {
  /** Named people, each once and sorted by id, so that two senders never lock in opposite orders. */
  readonly users: readonly string[];
  /** Audience keys, each once and sorted. */
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
 * Resolves targets to addressees, each once. All people have the tenant's key, so it makes every other target redundant:
 * Ann gets a notification "to all, and to Ann" once.
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
