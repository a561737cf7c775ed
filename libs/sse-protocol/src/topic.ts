import { MAX_TOPIC_LENGTH } from './limits.js';

/** A compiled pattern. */
export type TopicMatcher = (topic: string) => boolean;

const SEGMENT = /^[A-Za-z0-9_.-]{1,64}$/;
const DOTS = /^\.+$/;

/** First segments of the topics to which only the server publishes. */
const RESERVED_SEGMENTS: ReadonlySet<string> = new Set(['presence']);

/** @returns the segments of a topic, or null for an invalid topic (P40). */
export function parseTopic(text: string): readonly string[] | null {
  if (text.length === 0 || text.length > MAX_TOPIC_LENGTH) return null;
  const segments = text.split(':');
  return segments.every(isSegment) ? segments : null;
}

/** @returns the segments of a topic or pattern, wildcards included, or null for an invalid one (P41). */
export function parseTopicPattern(text: string): readonly string[] | null {
  if (text.length === 0 || text.length > MAX_TOPIC_LENGTH) return null;
  const segments = text.split(':');
  const last = segments.length - 1;
  return segments.every((s, i) => s === '*' || (s === '**' && i === last) || isSegment(s)) ? segments : null;
}

/** @returns whether the text is a valid topic. */
export function isTopic(text: unknown): text is string {
  return typeof text === 'string' && parseTopic(text) !== null;
}

/** @returns whether the text is a valid topic or pattern. */
export function isTopicPattern(text: unknown): text is string {
  return typeof text === 'string' && parseTopicPattern(text) !== null;
}

/** @returns whether a topic or pattern belongs to the server (P44). */
export function isReservedTopic(topic: string): boolean {
  return RESERVED_SEGMENTS.has(topic.split(':', 1)[0] ?? '');
}

/** @returns whether a valid topic or pattern contains a wildcard. A valid topic never contains `*`. */
export function hasWildcard(pattern: string): boolean {
  return pattern.includes('*');
}

/** @throws TypeError for an invalid pattern. */
export function compileTopicPattern(pattern: string): TopicMatcher {
  const outer = parseTopicPattern(pattern);
  if (outer === null) throw new TypeError(invalidTopic(pattern));
  if (!hasWildcard(pattern)) return (topic) => topic === pattern;
  return (topic) => {
    const segments = parseTopic(topic);
    return segments !== null && coversSegments(outer, segments);
  };
}

/** @returns whether `pattern` matches every topic that `other` matches (P43); false if one of them is invalid. */
export function covers(pattern: string, other: string): boolean {
  const outer = parseTopicPattern(pattern);
  const inner = parseTopicPattern(other);
  return outer !== null && inner !== null && coversSegments(outer, inner);
}

/** The sentence with which errors and refusals describe an invalid topic. */
export function invalidTopic(text: string): string {
  return (
    `The topic ${JSON.stringify(text.slice(0, 300))} is invalid. Join segments of 1 to 64 of the characters A-Z a-z 0-9 _ . - ` +
    `with ":", at most ${MAX_TOPIC_LENGTH} characters. A pattern may use * for a segment and ** for the rest.`
  );
}

function isSegment(text: string): boolean {
  return SEGMENT.test(text) && !DOTS.test(text);
}

function coversSegments(outer: readonly string[], inner: readonly string[]): boolean {
  // Permission to follow everything in the application does not include the topics of the server (P44).
  if (outer[0]?.startsWith('*') === true && RESERVED_SEGMENTS.has(inner[0] ?? '')) return false;
  for (let i = 0; i < outer.length; i++) {
    const a = outer[i];
    const b = inner[i];
    if (b === undefined) return false;
    if (a === '**') return true;
    if (b === '**') return false;
    if (a !== '*' && a !== b) return false;
  }
  return outer.length === inner.length;
}
