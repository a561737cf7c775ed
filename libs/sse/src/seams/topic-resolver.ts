import type { IncomingMessage } from 'node:http';
import type { Principal } from '@nest-herald/platform';

/** Injection token of the {@link TopicResolver}. */
export const TOPIC_RESOLVER = Symbol('TOPIC_RESOLVER');

/**
 * Says which topics a request wants to follow; the default reads `?topics=a,b` and repeated `?topic=`.
 *
 * What it returns is a wish: spelling, number and permission are checked afterwards.
 */
export interface TopicResolver {
  /** @param query the parsed query of the request target. No answer within `topicDecisionTimeoutMs` refuses the stream with 503. */
  topicsOf(
    request: IncomingMessage,
    query: URLSearchParams,
    principal: Principal,
  ): readonly string[] | Promise<readonly string[]>;
}
