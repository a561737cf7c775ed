/** The audience of an event, as the log stores it. */
export interface Addressed {
  readonly audience: string;
  readonly recipients: readonly string[] | null;
}

/** What a connection may see: the claims of its token and the topics that it requested. */
export interface Entitlement {
  readonly user: string;
  readonly roles: readonly string[];
  readonly topics: readonly string[];
}

/**
 * Whether a connection may see an event, by PROTOCOL P41 and P43 and the meaning of audience keys. Independent of the product's
 * code, so that both do not share a defect.
 */
export function isEntitled({ audience, recipients }: Addressed, { user, roles, topics }: Entitlement): boolean {
  if (audience === 'tenant') return true;
  if (audience === 'users') return recipients?.includes(user) ?? false;
  const colon = audience.indexOf(':');
  const kind = audience.slice(0, colon);
  const name = audience.slice(colon + 1);
  if (kind === 'user') return name === user;
  if (kind === 'role') return roles.includes(name);
  if (kind === 'topic') return topics.some((pattern) => matches(pattern.split(':'), name.split(':')));
  return false;
}

function matches(pattern: readonly string[], topic: readonly string[]): boolean {
  if (pattern.at(-1) === '**') {
    const stem = pattern.slice(0, -1);
    return topic.length > stem.length && matches(stem, topic.slice(0, stem.length));
  }
  return pattern.length === topic.length && pattern.every((part, i) => part === '*' || part === topic[i]);
}
