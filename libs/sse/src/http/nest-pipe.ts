import { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { PlatformRequest } from './http-message.js';

/**
 * Nest's own stream behind an `@Sse()` response: piped into it right before the Observable is subscribed to, and not needed
 * any more once a connection writes past it. Kept, it costs 11 KB for each open stream (transform, pipe, operators, an
 * interval, the router's promises), measured as live heap on Nest 12.5.
 *
 * Make it before Nest pipes, that is in a guard: behind an interceptor Nest pipes before it calls the handler.
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
   * Takes Nest's stream off the response: the Observable may complete then without ending it.
   * @returns false when none was piped; the response then still ends with the Observable.
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
 * Nest aborts its signal when the Observable completes; the error in it, with its stack, would stay as long as the request.
 * Call it behind the completion.
 */
export function forgetAbortController(request: PlatformRequest): void {
  const holder = request as unknown as Record<symbol, unknown>;
  for (const key of Object.getOwnPropertySymbols(holder)) {
    if (holder[key] instanceof AbortController) holder[key] = undefined;
  }
}

/**
 * Lets the head, Nest's first line and the `connected` block leave in one write instead of three.
 * @returns a function that lets them go; calls behind the first do nothing.
 */
export function holdSocket(response: ServerResponse): () => void {
  let socket = response instanceof ServerResponse ? response.socket : null;
  socket?.cork();
  return () => {
    socket?.uncork();
    socket = null;
  };
}
