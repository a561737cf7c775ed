import type { EventStream, StreamEnvironment } from './event-stream.js';

/** The real browser. */
export const browserEnvironment: StreamEnvironment = {
  openEventSource: (url) => new EventSource(url, { withCredentials: true }),
  async probe(url) {
    try {
      const response = await fetch(url, { method: 'HEAD', credentials: 'same-origin', cache: 'no-store' });
      const retryAfter = Number(response.headers.get('Retry-After') ?? 0);
      return { status: response.status, retryAfterMs: Number.isFinite(retryAfter) ? retryAfter * 1000 : 0 };
    } catch {
      // No answer at all: the service is down or the network is; the back-off goes on.
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

/** Ends the stream when the page goes, and tries at once when the network or the tab comes back. @returns its end. */
export function followBrowserSignals(stream: EventStream): () => void {
  const abort = new AbortController();
  const { signal } = abort;
  window.addEventListener('online', () => stream.wake(), { signal });
  window.addEventListener('pagehide', () => stream.stop(), { signal });
  window.addEventListener('pageshow', (event) => event.persisted && stream.start(), { signal });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && stream.wake(), {
    signal,
  });
  return () => abort.abort();
}
