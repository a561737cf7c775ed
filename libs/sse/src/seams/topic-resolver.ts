import type { IncomingMessage } from 'node:http';
import type { Principal } from '@nest-herald/platform';

/** Injection token of the {@link TopicResolver}. */
export const TOPIC_RESOLVER = Symbol('TOPIC_RESOLVER');

/**
 * Reads the topics that a request asks to follow. The default reads `?topics=a,b` and repeated `?topic=`.
 *
 * The result is only a request: spelling, number and permission are checked afterwards.
 */
export interface TopicResolver {
  /**
   * Returns the requested topics. No answer within `topicDecisionTimeoutMs` refuses the stream with 503.
   * @param query the parsed query of the request target.
   */
  topicsOf(
    request: IncomingMessage,
    query: URLSearchParams,
    principal: Principal,
  ): readonly string[] | Promise<readonly string[]>;
}
