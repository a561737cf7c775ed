import type { EventStream, StreamEnvironment } from './event-stream.js';

/** The environment of a real browser. */
export const browserEnvironment: StreamEnvironment = {
  openEventSource: (url) => new EventSource(url, { withCredentials: true }),
  async probe(url) {
    try {
      const response = await fetch(url, { method: 'HEAD', credentials: 'same-origin', cache: 'no-store' });
      const retryAfter = Number(response.headers.get('Retry-After') ?? 0);
      return { status: response.status, retryAfterMs: Number.isFinite(retryAfter) ? retryAfter * 1000 : 0 };
    } catch {
      // No response: the service or the network is down. The back-off continues.
      return null;
    }
  },
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};

/**
 * Stops the stream when the page is left, and retries at once when the network or the tab returns.
 * @returns the function that unsubscribes.
 */
export function followBrowserSignals(stream: EventStream): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  window.addEventListener('online', () => stream.retryNow(), { signal });
  window.addEventListener('pagehide', () => stream.stop(), { signal });
  window.addEventListener('pageshow', (event) => event.persisted && stream.start(), { signal });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && stream.retryNow(), {
    signal,
  });
  return () => abort.abort();
}
