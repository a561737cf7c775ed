import { describe, expect, it } from '@jest/globals';
import { type ExecutionContext, HttpException } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { SseRefusal } from '../../vocabulary/refusal.js';
import type { Credentials } from './credentials.js';
import { SseAuthGuard } from './sse-auth.guard.js';

const request = { url: '/orders', headers: {}, raw: { url: '/orders', headers: {} } };
const context = {
  switchToHttp: () => ({ getRequest: () => request }),
  getHandler: () => context,
  getClass: () => Object,
} as unknown as ExecutionContext;

function guardWith(error: Error): SseAuthGuard {
  const credentials = {
    refuseTokenInUrl: () => undefined,
    ofRequest: () => Promise.reject(error),
  } as unknown as Credentials;
  return new SseAuthGuard(credentials, new Reflector());
}

describe('SseAuthGuard', () => {
  it('refuses with an HttpException that has status, code and detail, for hosts without a filter', async () => {
    const refusal = new SseRefusal(401, 'token_expired', { detail: 'The token has expired.', reason: 'exp' });
    const error: unknown = await guardWith(refusal)
      .canActivate(context)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HttpException);
    expect((error as HttpException).getStatus()).toBe(401);
    expect((error as HttpException).getResponse()).toEqual({ code: 'token_expired', detail: 'The token has expired.' });
  });

  it('passes on any other error unchanged', async () => {
    const failure = new Error('the key set is unreachable');
    await expect(guardWith(failure).canActivate(context)).rejects.toBe(failure);
  });
});
