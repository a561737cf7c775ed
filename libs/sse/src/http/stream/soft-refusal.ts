import { encodeFrame } from '@nest-herald/sse-protocol';
import type { IdGenerator } from '@nest-herald/platform';

const MIN_RETRY_MS = 5_000;
const MAX_RETRY_MS = 30_000;

/** Headers of every stream, including soft refusals, as Nest's own route sends them. */
export const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'private, no-cache, no-store, must-revalidate, max-age=0, no-transform',
  'X-Accel-Buffering': 'no',
} as const;

/** A random reconnect delay, 5 to 30 s, so that clients refused together do not reconnect together. */
export function jitteredRetryMs(ids: IdGenerator): number {
  const random = Buffer.from(ids.random(4), 'base64url').readUInt32BE();
  return MIN_RETRY_MS + Math.floor((random / 2 ** 32) * (MAX_RETRY_MS - MIN_RETRY_MS + 1));
}

/**
 * The body of a soft refusal: one `retry:`, then one `close` event with `reconnect: true`. The browser's EventSource waits for
 * the `retry:` time; fetch-based clients read the event.
 */
export function softRefusalBody(code: string, retryMs: number): string {
  const reason = code === 'draining' ? 'shutdown' : 'limit';
  return (
    encodeFrame({ retry: retryMs }) +
    encodeFrame({ event: 'close', data: JSON.stringify({ reason, reconnect: true, retryMs }) })
  );
}
