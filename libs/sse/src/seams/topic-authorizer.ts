import type { Principal } from '@nest-herald/platform';

/** Injection token of the {@link TopicAuthorizer}. */
export const TOPIC_AUTHORIZER = Symbol('TOPIC_AUTHORIZER');

/**
 * Decides who may follow a topic. It is asked when a stream opens, when the followed topics change, and on a
 * token refresh.
 *
 * An error, or no answer within `topicDecisionTimeoutMs`, counts as no.
 */
export interface TopicAuthorizer {
  /** @param topic a well-formed topic, or a pattern (`*` is one segment, a trailing `**` the rest). */
  mayFollow(principal: Principal, topic: string): boolean | Promise<boolean>;
}
