import { compileTopicPattern, hasWildcard, type TopicMatcher } from '@nest-herald/sse-protocol';
import { NAMED_USERS, type AudienceKey } from '../vocabulary/audience.js';
import type { UserId } from '@nest-herald/platform';

const TOPIC = 'topic:';

const NONE: readonly never[] = [];

/** The address of an event, as far as a {@link SubscriptionFilter} reads it. */
export interface Addressed {
  readonly audience: AudienceKey;
  readonly recipients: readonly UserId[] | null;
}

/**
 * Decides which events a subscription matches, by audience keys, topics and patterns. It is immutable: a change of rights
 * creates a new one.
 */
export class SubscriptionFilter {
  /** Keys and exact topics, each once. The index finds each by one look-up. */
  readonly exactKeys: readonly AudienceKey[];
  /** Patterns with a wildcard, each once. */
  readonly patterns: readonly string[];
  readonly #matchers: readonly TopicMatcher[];

  /**
   * @param userIds people to look for in events that name several.
   * @param keys audience keys without topics.
   * @param topics topics and patterns.
   */
  constructor(
    private readonly userIds: readonly UserId[],
    readonly keys: readonly AudienceKey[],
    readonly topics: readonly string[],
  ) {
    if (topics.length === 0) {
      // Most connections follow no topic. They share the empty lists.
      this.exactKeys = withoutDuplicates(keys);
      this.patterns = NONE;
      this.#matchers = NONE;
      return;
    }
    const exactTopics = topics.filter((topic) => !hasWildcard(topic)).map((topic) => TOPIC + topic);
    this.exactKeys = [...new Set([...keys, ...exactTopics])];
    this.patterns = [...new Set(topics.filter(hasWildcard))];
    this.#matchers = this.patterns.map(compileTopicPattern);
  }

  matches(event: Addressed): boolean {
    // An array and not a set: a connection has few keys and keeps them for its lifetime, and live delivery does not use it.
    if (this.exactKeys.includes(event.audience)) return true;
    if (event.audience === NAMED_USERS) return this.userIds.some((userId) => event.recipients?.includes(userId));
    const topic = topicOf(event.audience);
    return topic !== null && this.#matchers.some((matches) => matches(topic));
  }
}

/** @returns the same array when it has no duplicates. */
function withoutDuplicates(keys: readonly AudienceKey[]): readonly AudienceKey[] {
  const distinct = new Set(keys);
  return distinct.size === keys.length ? keys : [...distinct];
}

/** @returns the topic of a `topic:` audience, null for any other audience. */
export function topicOf(audience: AudienceKey): string | null {
  return audience.startsWith(TOPIC) ? audience.slice(TOPIC.length) : null;
}
