import { covers, isReservedTopic } from '@nest-herald/sse-protocol';
import { isPermitted, type Principal } from '@nest-herald/platform';
import type { TopicAuthorizer } from '../../seams/topic-authorizer.js';

/** The default rule: what a pattern in the token's `topics` claim covers, whole patterns included (PROTOCOL P43). */
export class TokenTopicAuthorizer implements TopicAuthorizer {
  mayFollow(principal: Principal, topic: string): boolean {
    if (isReservedTopic(topic)) return isPermitted(principal, 'sse:admin');
    return principal.topics.some((pattern) => covers(pattern, topic));
  }
}

/**
 * Joins rules: a topic may be followed when one of them says yes. They are asked in order; one that throws does not keep
 * the others from being asked, and when none said yes its error is thrown on.
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
