import { covers } from '@nest-herald/sse-protocol';
import type { Principal } from '../principal.js';
import type { TopicAuthorizer } from '../topic-authorizer.js';
import { isPermitted } from './permission.js';

/** Topics that the system itself publishes on, by their first segment; only `sse:admin` follows them. */
const RESERVED_SEGMENTS = ['presence'];

/** Whether a topic, or a pattern that begins with its name, is one of the system's own. */
export function isReservedTopic(topic: string): boolean {
  return RESERVED_SEGMENTS.includes(topic.split(':', 1)[0] ?? '');
}

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
