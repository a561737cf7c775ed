import { isTopicPattern, invalidTopic } from '@nest-herald/sse-protocol';
import { Observable } from 'rxjs';
import { userKey } from '../vocabulary/audience.js';
import type { EncodedEvent } from '../connection/output/encoded-event.js';
import { SubscriptionFilter } from '../connection/subscription-filter.js';
import type { FollowedEvent } from '../vocabulary/event-map.js';
import { type Presence, PRESENCE_TOPIC } from '../presence/presence.js';
import type { TenantId, UserId } from '@nest-herald/platform';
import { SseError } from '../vocabulary/sse.errors.js';
import type { TenantFeeds } from './feed/tenant-feeds.js';

/** Selects events for a server-side follower. An empty filter selects everything of the tenant. */
export interface EventFilter {
  readonly users?: readonly UserId[];
  /** Topics and patterns. */
  readonly topics?: readonly string[];
  readonly roles?: readonly string[];
  /** Event types. They narrow what the other fields select. */
  readonly types?: readonly string[];
}

/**
 * Live events of a tenant for followers in this process. The feed stays active while there is a subscriber. The observable
 * completes when the hub stops, and fails when the log cannot be read at the start.
 * @throws SseError `ERR_SSE_INVALID_TOPIC`
 */
export function followEvents(
  feeds: TenantFeeds,
  presence: Pick<Presence, 'watch'>,
  tenantId: TenantId,
  filter: EventFilter,
): Observable<FollowedEvent> {
  const selected = filterOf(filter);
  const types = filter.types === undefined ? null : new Set(filter.types);
  return new Observable<FollowedEvent>((subscriber) => {
    const feed = feeds.acquire(tenantId);
    const unwatch = filter.topics?.includes(PRESENCE_TOPIC) === true ? presence.watch(tenantId) : null;
    const inner = feed.events().subscribe({
      next: (event) => {
        if (types?.has(event.type) === false) return;
        if (selected === null || selected.matches(event)) subscriber.next(toFollowed(event));
      },
      complete: () => subscriber.complete(),
    });
    feed.open().catch((error: unknown) => subscriber.error(error));
    return () => {
      inner.unsubscribe();
      unwatch?.();
      feed.release();
    };
  });
}

function filterOf(filter: EventFilter): SubscriptionFilter | null {
  const { users = [], topics = [], roles = [] } = filter;
  if (users.length + topics.length + roles.length === 0) return null;
  const malformed = topics.find((topic) => !isTopicPattern(topic));
  if (malformed !== undefined) throw new SseError('ERR_SSE_INVALID_TOPIC', invalidTopic(malformed));
  return new SubscriptionFilter(users, [...users.map(userKey), ...roles.map((role) => `role:${role}`)], topics);
}

function toFollowed(event: EncodedEvent): FollowedEvent {
  const { position, type, payload, traceparent } = event;
  return {
    ...(position === null ? {} : { id: position }),
    event: type,
    data: payload,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
