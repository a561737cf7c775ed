import { describe, expect, it } from '@jest/globals';
import { ConflictException, ForbiddenException, HttpException, InternalServerErrorException } from '@nestjs/common';
import { SseRefusal } from '../vocabulary/refusal.js';
import { SseError } from '../vocabulary/sse.errors.js';
import { acceptsEventStream, wantsSoftRefusal } from './stream/accept.js';
import { problemDocument, problemOf } from './problem-document.js';
import { jitteredRetryMs, softRefusalBody } from './stream/soft-refusal.js';

describe('a problem', () => {
  it('has the members of the API, in one document', () => {
    const error = new SseRefusal(403, 'topic_forbidden', { detail: 'No.', extra: { denied: ['x'] } });
    expect(problemDocument(problemOf(error), 'r1')).toEqual({
      type: 'about:blank',
      title: 'Forbidden',
      status: 403,
      code: 'topic_forbidden',
      detail: 'No.',
      requestId: 'r1',
      denied: ['x'],
    });
  });

  it('says nothing about an error that nobody expected', () => {
    const document = problemDocument(problemOf(new Error('select secret from canary')), 'r1');
    expect(document).toMatchObject({ status: 500, code: 'internal_error' });
    expect(JSON.stringify(document)).not.toContain('canary');
    expect(JSON.stringify(problemDocument(problemOf(new SseError('ERR_SSE_STORAGE', 'canary')), 'r'))).not.toContain(
      'canary',
    );
    expect(JSON.stringify(problemDocument(problemOf(new InternalServerErrorException('canary')), 'r'))).not.toContain(
      'canary',
    );
  });

  it.each([
    [new SseError('ERR_SSE_EVENT_TOO_LARGE', 'x'), 413, 'event_too_large'],
    [new SseError('ERR_SSE_RESERVED_EVENT', 'x'), 400, 'invalid_request'],
    [new SseError('ERR_SSE_INVALID_TOPIC', 'x'), 400, 'invalid_topic'],
    [new SseError('ERR_SSE_TOPICS_DISABLED', 'x'), 400, 'topics_disabled'],
    [new SseError('ERR_SSE_DRAINING', 'x'), 503, 'draining'],
    [new ForbiddenException(), 403, 'forbidden'],
    [new HttpException('slow down', 429), 429, 'rate_limited'],
    [Object.assign(new Error('big'), { status: 413, expose: true }), 413, 'payload_too_large'],
    [Object.assign(new Error('bad json'), { status: 400, expose: true }), 400, 'invalid_request'],
    ['a thrown text', 500, 'internal_error'],
    [Object.assign(new Error('invalid byte sequence'), { code: '22021' }), 400, 'invalid_request'],
    [
      Object.assign(new Error('unsupported Unicode'), { driverError: Object.assign(new Error(), { code: '22P05' }) }),
      400,
      'invalid_request',
    ],
  ])('is read out of what was thrown: %s', (error, status, code) => {
    expect(problemOf(error)).toMatchObject({ status, code });
  });

  it('keeps the code and members that a host gave its own exception', () => {
    const error = new ConflictException({ code: 'already_decided', detail: 'By bob.', by: 'bob' });
    expect(problemOf(error)).toEqual({
      status: 409,
      code: 'already_decided',
      detail: 'By bob.',
      extra: { by: 'bob' },
    });
  });
});

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
  ])('%j: may be a stream %s, wants a soft refusal %s', (accept, mayBeStream, soft) => {
    expect(acceptsEventStream(accept)).toBe(mayBeStream);
    expect(wantsSoftRefusal(accept)).toBe(soft);
  });
});

describe('a soft refusal', () => {
  it('is one retry, one close that asks to come back, and nothing else', () => {
    expect(softRefusalBody('rate_limited', 7_000)).toBe(
      'retry: 7000\n\nevent: close\ndata: {"reason":"limit","reconnect":true,"retryMs":7000}\n\n',
    );
    expect(softRefusalBody('draining', 7_000)).toContain('"reason":"shutdown"');
  });

  it('asks to wait 5 to 30 s, from end to end of the random range', () => {
    const from = (bytes: number): number =>
      jitteredRetryMs({ random: () => Buffer.from(Array(4).fill(bytes)).toString('base64url') });
    expect(from(0)).toBe(5_000);
    expect(from(255)).toBe(30_000);
    expect(from(128)).toBeGreaterThan(15_000);
  });
});
