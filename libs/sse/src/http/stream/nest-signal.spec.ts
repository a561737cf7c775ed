import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { SSE_ABORT_CONTROLLER } from '@nestjs/common';
import { deferAbortController } from './nest-signal.js';

type RequestWithController = { [SSE_ABORT_CONTROLLER]?: Pick<AbortController, 'signal' | 'abort'> };

function deferredRequest(): RequestWithController {
  const request = {};
  deferAbortController(request as IncomingMessage);
  return request;
}

describe('the deferred controller of @SseSignal()', () => {
  it('aborts a signal that was read before, once', () => {
    const controller = deferredRequest()[SSE_ABORT_CONTROLLER]!;
    const { signal } = controller;
    let calls = 0;
    signal.addEventListener('abort', () => (calls += 1));
    expect(signal.aborted).toBe(false);
    controller.abort();
    controller.abort();
    expect([calls, signal.aborted, controller.signal === signal]).toEqual([1, true, true]);
  });

  it('returns an aborted signal after the abort', () => {
    const controller = deferredRequest()[SSE_ABORT_CONTROLLER]!;
    controller.abort();
    expect(controller.signal.aborted).toBe(true);
  });

  it('keeps an existing controller', () => {
    const own = new AbortController();
    const request: RequestWithController = { [SSE_ABORT_CONTROLLER]: own };
    deferAbortController(request as IncomingMessage);
    expect(request[SSE_ABORT_CONTROLLER]).toBe(own);
  });
});
