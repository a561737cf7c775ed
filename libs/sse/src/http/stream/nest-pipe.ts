import { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

/**
 * Nest's own stream of an `@Sse()` response. Nest pipes it into the response right before it subscribes to the Observable. Once a
 * connection writes to the socket directly, it is no longer needed. Kept, it costs 11 KB per open stream (transform, pipe,
 * operators, an interval, the router's promises), measured as live heap on Nest 12.5.
 *
 * Create it before Nest pipes, that is in a guard: with an interceptor, Nest pipes before it calls the handler.
 */
export class NestPipe {
  #source: Readable | null = null;
  #isReleased = false;

  constructor(private readonly response: ServerResponse) {
    response.once('pipe', (source: Readable) => {
      this.#source = source;
    });
  }

  /** Whether the end of the Observable no longer ends the response. */
  get isReleased(): boolean {
    return this.#isReleased;
  }

  /**
   * Commits status and headers now, as Nest would in the next macrotask. Within one turn, temporary objects die young and cost
   * the garbage collector little.
   * @returns false when this version of Nest cannot, or it failed; Nest then commits, or reports the failure, by itself.
   */
  commitHead(): boolean {
    const source = this.#source as { commitHeaders?: () => void } | null;
    if (typeof source?.commitHeaders !== 'function') return false;
    try {
      source.commitHeaders();
    } catch {
      // The host set an invalid header. Nest retries and passes the error to the exception filters.
      return false;
    }
    return this.response.headersSent;
  }

  /**
   * Unpipes Nest's stream from the response, so that the Observable can complete without ending the response.
   * @returns false when no stream was piped; the response then still ends with the Observable.
   */
  release(): boolean {
    if (this.#source === null) return false;
    this.#source.unpipe(this.response);
    this.#source = null;
    this.#isReleased = true;
    return true;
  }
}

/**
 * Sends the head, Nest's first line and the `connected` block in one write instead of three.
 * @returns a function that uncorks the socket; calls after the first do nothing.
 */
export function corkSocket(response: ServerResponse): () => void {
  let socket = response instanceof ServerResponse ? response.socket : null;
  socket?.cork();
  return () => {
    socket?.uncork();
    socket = null;
  };
}
