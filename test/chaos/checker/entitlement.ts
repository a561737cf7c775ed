/** Whom an event is addressed to, as wire.md §2 writes it. */
export interface Addressed {
  readonly audience: string;
  readonly recipients: readonly string[] | null;
}

/** What a connection may see: the claims of its token and the topics it asked for. */
export interface Entitlement {
  readonly user: string;
  readonly roles: readonly string[];
  readonly topics: readonly string[];
}

/**
 * Whether an event is for a connection, by the words of wire.md §2 and §6 and nothing else: written apart from the product, so
 * that both cannot be wrong in the same way.
 */
export function isEntitled({ audience, recipients }: Addressed, { user, roles, topics }: Entitlement): boolean {
  if (audience === 'tenant') return true;
  if (audience === 'users') return recipients?.includes(user) ?? false;
  const colon = audience.indexOf(':');
  const kind = audience.slice(0, colon);
  const name = audience.slice(colon + 1);
  if (kind === 'user') return name === user;
  if (kind === 'role') return roles.includes(name);
  if (kind === 'topic') return topics.some((pattern) => fits(pattern.split(':'), name.split(':')));
  return false;
}

function fits(pattern: readonly string[], topic: readonly string[]): boolean {
  if (pattern.at(-1) === '**') {
    const stem = pattern.slice(0, -1);
    return topic.length > stem.length && fits(stem, topic.slice(0, stem.length));
  }
  return pattern.length === topic.length && pattern.every((part, i) => part === '*' || part === topic[i]);
}
