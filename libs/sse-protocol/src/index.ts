export { CLOSE_REASONS, RECONNECT_AFTER, type CloseReason } from './close-reason.js';
export {
  CONTROL_EVENT_TYPES,
  isControlEventType,
  isReservedEventType,
  type ConnectedPayload,
  type ControlEventType,
  type ControlPayloads,
  type Resume,
  type ResyncReason,
} from './control-event.js';
export { encodeComment, encodeFrame, isEventType, type FrameFields } from './frame.js';
export {
  CURSOR_QUERY_NAMES,
  MAX_DURABLE_BYTES,
  MAX_EPHEMERAL_BYTES,
  MAX_TOPICS_PER_CONNECTION,
  MAX_TOPIC_LENGTH,
  MIN_CURSOR_INTERVAL_MS,
  SESSION_EXPIRING_LEAD_MS,
} from './limits.js';
export { PROBLEM_CODES, type ProblemCode } from './problem-code.js';
export { type SseEvent } from './sse-event.js';
export { comparePositions, formatPosition, isPosition, parsePosition, type StreamPosition } from './stream-position.js';
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
