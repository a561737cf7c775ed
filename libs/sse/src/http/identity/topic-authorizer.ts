import { covers, isReservedTopic } from '@nest-herald/sse-protocol';
import { isPermitted, type Principal } from '@nest-herald/platform';
import type { TopicAuthorizer } from '../../seams/topic-authorizer.js';

/** The default rule: a principal may follow what a pattern in the token's `topics` claim covers, also patterns (PROTOCOL P43). */
export class TokenTopicAuthorizer implements TopicAuthorizer {
  mayFollow(principal: Principal, topic: string): boolean {
    if (isReservedTopic(topic)) return isPermitted(principal, 'sse:admin');
    return principal.topics.some((pattern) => covers(pattern, topic));
  }
}

/**
 * Combines rules: a topic may be followed when one of them grants it. They are called in order. When one throws, the others
 * are still called; when none grants the topic, the first error is rethrown.
 */
export function anyTopicRule(...rules: readonly TopicAuthorizer[]): TopicAuthorizer {
  return {
    async mayFollow(principal, topic) {
      let failure: { readonly error: unknown } | null = null;
      for (const rule of rules) {
        try {
          if ((await rule.mayFollow(principal, topic)) === true) return true;
        } catch (error) {
          failure ??= { error };
        }
      }
      if (failure !== null) throw failure.error;
      return false;
    },
  };
}
