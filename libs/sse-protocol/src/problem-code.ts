/** Every `code` of a problem document that a stream or one of its operations can return. The codes are stable. */
export const PROBLEM_CODES = [
  'invalid_topic',
  'too_many_topics',
  'topics_disabled',
  'invalid_request',
  'token_in_url',
  'missing_token',
  'token_expired',
  'invalid_token',
  'invalid_ticket',
  'topic_forbidden',
  'origin_forbidden',
  'forbidden',
  'not_found',
  'not_acceptable',
  'event_too_large',
  'payload_too_large',
  'uri_too_long',
  'connection_limit',
  'rate_limited',
  'at_capacity',
  'busy',
  'draining',
  'node_unreachable',
  'internal_error',
] as const;

/** See {@link PROBLEM_CODES}. */
export type ProblemCode = (typeof PROBLEM_CODES)[number];
