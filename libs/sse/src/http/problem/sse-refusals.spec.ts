import { describe, expect, it } from '@jest/globals';
import { problemOf } from '@nest-herald/platform/http';
import { SseRefusal } from '../../vocabulary/refusal.js';
import { SseError } from '../../vocabulary/sse.errors.js';
import { refusalOf } from './sse-refusals.js';

describe('refusalOf', () => {
  it('keeps status, code, detail and members of a refused request', () => {
    const error = new SseRefusal(403, 'topic_forbidden', { detail: 'No.', extra: { denied: ['x'] }, reason: 'r' });
    expect(problemOf(refusalOf(error))).toEqual({
      status: 403,
      code: 'topic_forbidden',
      detail: 'No.',
      extra: { denied: ['x'] },
      reason: 'r',
    });
  });

  it.each([
    [new SseError('ERR_SSE_INVALID_ID', 'x'), 400, 'invalid_request'],
    [new SseError('ERR_SSE_EVENT_TOO_LARGE', 'x'), 413, 'event_too_large'],
    [new SseError('ERR_SSE_RESERVED_EVENT', 'x'), 400, 'invalid_request'],
    [new SseError('ERR_SSE_INVALID_TOPIC', 'x'), 400, 'invalid_topic'],
    [new SseError('ERR_SSE_TOPICS_DISABLED', 'x'), 400, 'topics_disabled'],
    [new SseError('ERR_SSE_DRAINING', 'x'), 503, 'draining'],
  ])('answers %s', (error, status, code) => {
    expect(problemOf(refusalOf(error))).toMatchObject({ status, code });
  });

  it('leaves faults of the host and foreign errors to the filter', () => {
    expect(refusalOf(new SseError('ERR_SSE_STORAGE', 'canary'))).toBeNull();
    expect(refusalOf(new Error('canary'))).toBeNull();
  });
});
