import { describe, expect, it } from '@jest/globals';
import { acceptsEventStream, wantsSoftRefusal } from './accept.js';
import { jitteredRetryMs, softRefusalBody } from './soft-refusal.js';

describe('the Accept header', () => {
  it.each([
    [null, true, false],
    ['', true, false],
    ['*/*', true, false],
    ['text/event-stream', true, true],
    ['Text/Event-Stream; q=0.5, */*', true, true],
    ['text/event-stream, application/problem+json', true, false],
    ['text/*', true, false],
    ['application/json', false, false],
    ['text/event-stream;q=0', false, false],
    ['text/event-stream;q=0.0, application/json', false, false],
  ])('%j: accepts a stream: %s, needs a soft refusal: %s', (accept, mayBeStream, soft) => {
    expect(acceptsEventStream(accept)).toBe(mayBeStream);
    expect(wantsSoftRefusal(accept)).toBe(soft);
  });
});

describe('a soft refusal', () => {
  it('is one retry and one close event with reconnect', () => {
    expect(softRefusalBody('rate_limited', 7_000)).toBe(
      'retry: 7000\n\nevent: close\ndata: {"reason":"limit","reconnect":true,"retryMs":7000}\n\n',
    );
    expect(softRefusalBody('draining', 7_000)).toContain('"reason":"shutdown"');
  });

  it('has a reconnect delay of 5 to 30 s over the whole random range', () => {
    const from = (bytes: number): number =>
      jitteredRetryMs({ random: () => Buffer.from(Array(4).fill(bytes)).toString('base64url') });
    expect(from(0)).toBe(5_000);
    expect(from(255)).toBe(30_000);
    expect(from(128)).toBeGreaterThan(15_000);
  });
});
