import { MAX_TOPIC_LENGTH } from './limits.js';

/** A pattern made ready for many comparisons. */
export type TopicMatcher = (topic: string) => boolean;

const SEGMENT = /^[A-Za-z0-9_.-]{1,64}$/;
const DOTS = /^\.+$/;

/** First segments of the topics that only the server itself publishes on. */
const RESERVED_SEGMENTS: ReadonlySet<string> = new Set(['presence']);

/** @returns the segments of a topic, or null when the text is none (P40). */
export function parseTopic(text: string): readonly string[] | null {
  if (text.length === 0 || text.length > MAX_TOPIC_LENGTH) return null;
  const segments = text.split(':');
  return segments.every(isSegment) ? segments : null;
}

/** @returns the segments of a topic or pattern, wildcards as they are written, or null when the text is neither (P41). */
export function parseTopicPattern(text: string): readonly string[] | null {
  if (text.length === 0 || text.length > MAX_TOPIC_LENGTH) return null;
  const segments = text.split(':');
  const last = segments.length - 1;
  return segments.every((s, i) => s === '*' || (s === '**' && i === last) || isSegment(s)) ? segments : null;
}

/** @returns whether the text names one topic. */
export function isTopic(text: unknown): text is string {
  return typeof text === 'string' && parseTopic(text) !== null;
}

/** @returns whether the text names a topic or a pattern. */
export function isTopicPattern(text: unknown): text is string {
  return typeof text === 'string' && parseTopicPattern(text) !== null;
}

/** @returns whether a topic, or a pattern that begins with its name, is one of the server's own (P44). */
export function isReservedTopic(topic: string): boolean {
  return RESERVED_SEGMENTS.has(topic.split(':', 1)[0] ?? '');
}

/** @returns whether a valid topic or pattern contains a wildcard. A valid topic never contains `*`. */
export function hasWildcard(pattern: string): boolean {
  return pattern.includes('*');
}

/** @throws TypeError when the text is no pattern. */
export function compileTopicPattern(pattern: string): TopicMatcher {
  const wanted = parseTopicPattern(pattern);
  if (wanted === null) throw new TypeError(invalidTopic(pattern));
  if (!hasWildcard(pattern)) return (topic) => topic === pattern;
  return (topic) => {
    const given = parseTopic(topic);
    return given !== null && coversSegments(wanted, given);
  };
}

/** @returns whether every topic that `other` matches is matched by `pattern` (P43); false when one of them is invalid. */
export function covers(pattern: string, other: string): boolean {
  const wanted = parseTopicPattern(pattern);
  const given = parseTopicPattern(other);
  return wanted !== null && given !== null && coversSegments(wanted, given);
}

/** The sentence that refusals and errors say about an impossible topic. */
export function invalidTopic(text: string): string {
  return (
    `A topic is segments of 1 to 64 characters out of A-Z a-z 0-9 _ . - joined by ":", at most ${MAX_TOPIC_LENGTH} ` +
    `characters; a pattern may use * for a segment and ** for the rest; got ${JSON.stringify(text.slice(0, 300))}.`
  );
}

function isSegment(text: string): boolean {
  return SEGMENT.test(text) && !DOTS.test(text);
}

function coversSegments(wanted: readonly string[], given: readonly string[]): boolean {
  // Whoever may follow everything of the application is not meant to hear the server's own (P44).
  if (wanted[0]?.startsWith('*') === true && RESERVED_SEGMENTS.has(given[0] ?? '')) return false;
  for (let i = 0; i < wanted.length; i++) {
    const w = wanted[i];
    const g = given[i];
    if (g === undefined) return false;
    if (w === '**') return true;
    if (g === '**') return false;
    if (w !== '*' && w !== g) return false;
  }
  return wanted.length === given.length;
}
