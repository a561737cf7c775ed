import { describe, expect, it } from '@jest/globals';
import { ConflictException, ForbiddenException, HttpException, InternalServerErrorException } from '@nestjs/common';
import { PlatformError } from '../errors/platform.errors.js';
import { problemDocument } from './problem-document.js';
import { problemOf } from './problem-of.js';
import { Refusal } from './refusal.js';

describe('A problem', () => {
  it('has the members of the API, in one document', () => {
    const error = new Refusal(403, 'topic_forbidden', 'No.', { extra: { denied: ['x'] } });
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

  it('shows nothing of an unexpected error', () => {
    const document = problemDocument(problemOf(new Error('select secret from canary')), 'r1');
    expect(document).toMatchObject({ status: 500, code: 'internal_error' });
    expect(JSON.stringify(document)).not.toContain('canary');
    expect(
      JSON.stringify(problemDocument(problemOf(new PlatformError('ERR_SSE_NO_TRANSACTION', 'canary')), 'r')),
    ).not.toContain('canary');
    expect(JSON.stringify(problemDocument(problemOf(new InternalServerErrorException('canary')), 'r'))).not.toContain(
      'canary',
    );
  });

  it.each([
    [new PlatformError('ERR_SSE_INVALID_ID', 'x'), 400, 'invalid_request'],
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
  ])('is derived from any thrown value: %s', (error, status, code) => {
    expect(problemOf(error)).toMatchObject({ status, code });
  });

  it("keeps the code and members of a host's exception", () => {
    const error = new ConflictException({ code: 'already_decided', detail: 'By bob.', by: 'bob' });
    expect(problemOf(error)).toEqual({
      status: 409,
      code: 'already_decided',
      detail: 'By bob.',
      extra: { by: 'bob' },
    });
  });
});
