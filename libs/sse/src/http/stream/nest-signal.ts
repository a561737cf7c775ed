import * as nest from '@nestjs/common';
import type { PlatformRequest } from '@nest-herald/platform/http';

/** Where Nest 12 looks for the controller of `@SseSignal()`; older versions have none. */
const KEY = (nest as { readonly SSE_ABORT_CONTROLLER?: symbol }).SSE_ABORT_CONTROLLER;

/**
 * Stands in for the AbortController that Nest would make for each `@Sse()` request and abort when the stream opens: with the
 * error that an abort records, stack included, 65 µs and 1 KB for something that few handlers ask for. The real one comes
 * into being with the first look at `signal`.
 */
class DeferredAbort {
  #real: AbortController | null = null;
  #isAborted = false;

  get signal(): AbortSignal {
    if (this.#real === null) {
      this.#real = new AbortController();
      if (this.#isAborted) this.#real.abort();
    }
    return this.#real.signal;
  }

  abort(reason?: unknown): void {
    this.#isAborted = true;
    this.#real?.abort(reason);
  }
}

/** Spares a request the controller of Nest. Call it in a guard: Nest makes its own right behind the guards. */
export function deferAbortController(request: PlatformRequest): void {
  if (KEY === undefined) return;
  const holder = request as unknown as Record<symbol, unknown>;
  holder[KEY] ??= new DeferredAbort();
}
