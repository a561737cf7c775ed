import * as nest from '@nestjs/common';
import type { PlatformRequest } from '@nest-herald/platform/http';

/** Where Nest 12 looks for the controller of `@SseSignal()`; older versions have none. */
const KEY = (nest as { readonly SSE_ABORT_CONTROLLER?: symbol }).SSE_ABORT_CONTROLLER;

/**
 * Replaces the AbortController that Nest would create for each `@Sse()` request and abort when the stream opens. With the error
 * that an abort records, stack included, that costs 65 µs and 1 KB, and few handlers use it. The first read of `signal` creates
 * the real controller.
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

/** Replaces Nest's controller of a request. Call it in a guard: Nest creates its own right after the guards. */
export function deferAbortController(request: PlatformRequest): void {
  if (KEY === undefined) return;
  const controllers = request as unknown as Record<symbol, unknown>;
  controllers[KEY] ??= new DeferredAbort();
}
