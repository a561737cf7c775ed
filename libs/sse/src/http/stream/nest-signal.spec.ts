import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { SSE_ABORT_CONTROLLER } from '@nestjs/common';
import { deferAbortController } from './nest-signal.js';

type Carrier = { [SSE_ABORT_CONTROLLER]?: Pick<AbortController, 'signal' | 'abort'> };

function carrier(): Carrier {
  const request = {};
  deferAbortController(request as IncomingMessage);
  return request;
}

describe('the deferred controller of @SseSignal()', () => {
  it('tells whoever asked for the signal before the abort, once', () => {
    const controller = carrier()[SSE_ABORT_CONTROLLER]!;
    const { signal } = controller;
    let calls = 0;
    signal.addEventListener('abort', () => (calls += 1));
    expect(signal.aborted).toBe(false);
    controller.abort();
    controller.abort();
    expect([calls, signal.aborted, controller.signal === signal]).toEqual([1, true, true]);
  });

  it('hands out an aborted signal to whoever asks behind the abort', () => {
    const controller = carrier()[SSE_ABORT_CONTROLLER]!;
    controller.abort();
    expect(controller.signal.aborted).toBe(true);
  });

  it('leaves a controller that is there already', () => {
    const own = new AbortController();
    const request: Carrier = { [SSE_ABORT_CONTROLLER]: own };
    deferAbortController(request as IncomingMessage);
    expect(request[SSE_ABORT_CONTROLLER]).toBe(own);
  });
});
