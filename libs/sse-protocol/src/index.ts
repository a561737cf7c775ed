export { RECONNECT_AFTER, type CloseReason } from './close-reason.js';
export {
  isControlEventType,
  isReservedEventType,
  type ConnectedPayload,
  type ControlEventType,
  type ControlPayloads,
  type Resume,
  type ResyncReason,
} from './control-event.js';
export { encodeComment, encodeFrame, isEventType } from './frame.js';
export {
  CURSOR_QUERY_NAMES,
  MAX_DURABLE_BYTES,
  MAX_EPHEMERAL_BYTES,
  MAX_TOPICS_PER_CONNECTION,
  MAX_TOPIC_LENGTH,
  MIN_CURSOR_INTERVAL_MS,
  SESSION_EXPIRING_LEAD_MS,
} from './limits.js';
export { type ProblemCode } from './problem-code.js';
export { type SseEvent } from './sse-event.js';
export { comparePositions, formatPosition, parsePosition } from './stream-position.js';
export {
  compileTopicPattern,
  covers,
  hasWildcard,
  invalidTopic,
  isReservedTopic,
  isTopic,
  isTopicPattern,
  parseTopic,
  parseTopicPattern,
  type TopicMatcher,
} from './topic.js';
