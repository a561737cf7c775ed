import { compileTopicPattern, hasWildcard, type TopicMatcher } from '@nest-herald/sse-protocol';
import { NAMED_USERS, type AudienceKey } from '../vocabulary/audience.js';
import type { UserId } from '@nest-herald/platform';

const TOPIC = 'topic:';

const NONE: readonly never[] = [];

/** To whom an event is addressed, as far as an {@link SubscriptionFilter} looks. */
export interface Addressed {
  readonly audience: AudienceKey;
  readonly recipients: readonly UserId[] | null;
}

/** What somebody wants to see and may see: audience keys, topics, patterns. Immutable; a change of rights makes a new one. */
export class SubscriptionFilter {
  /** Keys and exact topics, each once: what one index look-up finds. */
  readonly exactKeys: readonly AudienceKey[];
  /** Patterns with a wildcard, each once. */
  readonly patterns: readonly string[];
  readonly #matchers: readonly TopicMatcher[];

  /**
   * @param userIds whom to find in the lists of events that name several people.
   * @param keys audience keys without topics.
   * @param topics topics and patterns.
   */
  constructor(
    private readonly userIds: readonly UserId[],
    readonly keys: readonly AudienceKey[],
    readonly topics: readonly string[],
  ) {
    if (topics.length === 0) {
      // Most connections: they share the empty lists.
      this.exactKeys = withoutDoubles(keys);
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
    // A list and not a set: there are few, every connection keeps them, and live events never come by here.
    if (this.exactKeys.includes(event.audience)) return true;
    if (event.audience === NAMED_USERS) return this.userIds.some((userId) => event.recipients?.includes(userId));
    const topic = topicOf(event.audience);
    return topic !== null && this.#matchers.some((matches) => matches(topic));
  }
}

/** @returns the same list where it has none. */
function withoutDoubles(keys: readonly AudienceKey[]): readonly AudienceKey[] {
  const distinct = new Set(keys);
  return distinct.size === keys.length ? keys : [...distinct];
}

/** @returns the topic of a `topic:` audience, null for any other. */
export function topicOf(audience: AudienceKey): string | null {
  return audience.startsWith(TOPIC) ? audience.slice(TOPIC.length) : null;
}
