/** Version, trace id, parent id, flags; the version `ff` and ids of zeros are forbidden (W3C Trace Context, §3.2). */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * Whether a value is a well-formed W3C `traceparent`. A malformed one is dropped and is never an error: the header often
 * comes from outside, and tracing must not decide whether an event is published.
 */
export function isTraceparent(text: unknown): text is string {
  return typeof text === 'string' && TRACEPARENT.test(text);
}
