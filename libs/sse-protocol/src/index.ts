export { CLOSE_REASONS, RECONNECT_AFTER, type CloseReason } from './close-reason.js';
export { PROBLEM_CODES, type ProblemCode } from './problem-code.js';
export { type SseEvent } from './sse-event.js';
