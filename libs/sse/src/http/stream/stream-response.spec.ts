import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { Connection } from '../../connection/connection.js';
import type { PreparedStream } from '../../connection/stream-request.js';
import { keepPrepared, streamResponse } from './stream-response.js';

/** The members of a response that stream-response.ts uses. */
class FakeResponse extends EventEmitter {
  headersSent = false;
  destroyed = false;
  closed = false;
  writableEnded = false;
  socket = { destroyed: false };
}

function subject() {
  const calls: string[] = [];
  let close: () => void = () => undefined;
  let state = 'live';
  const connection = {
    id: 'c1',
    get state() {
      return state;
    },
    transport: 'sse',
    principal: { tenantId: 'acme', userId: 'ann' },
    onClosed: (listener: () => void) => (close = listener),
  } as unknown as Connection;
  const prepared = {
    attach: () => (calls.push('attach'), connection),
    abandon: () => calls.push('abandon'),
  } as unknown as PreparedStream;
  const request = {} as IncomingMessage;
  const fake = new FakeResponse();
  const response = fake as unknown as ServerResponse;
  return { calls, prepared, request, response, fake, close: () => ((state = 'closed'), close()) };
}
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('streamResponse', () => {
  it('attaches once the headers are sent, and completes when the connection closes, so that Nest releases it', async () => {
    const { calls, prepared, request, response, fake, close } = subject();
    keepPrepared(request, response, prepared);
    let isComplete = false;
    streamResponse(request, response).subscribe({ complete: () => (isComplete = true) });
    await soon();
    expect(calls).toEqual([]);
    fake.headersSent = true;
    await soon();
    expect(calls).toEqual(['attach']);
    expect(isComplete).toBe(false);
    close();
    expect(isComplete).toBe(true);
  });

  it('unpipes the stream of Nest and completes at once, so that Nest releases it while the connection is open', async () => {
    const { calls, prepared, request, response, fake } = subject();
    keepPrepared(request, response, prepared);
    let isComplete = false;
    const answer = streamResponse(request, response);
    fake.emit('pipe', { unpipe: (from: unknown) => calls.push(from === response ? 'unpipe' : 'wrong response') });
    answer.subscribe({ complete: () => (isComplete = true) });
    fake.headersSent = true;
    await soon();
    expect(calls).toEqual(['attach', 'unpipe']);
    expect(isComplete).toBe(true);
  });

  it('makes Nest commit the head at once, and waits for the head when that fails', async () => {
    for (const canCommit of [true, false]) {
      const { calls, prepared, request, response, fake } = subject();
      keepPrepared(request, response, prepared);
      const answer = streamResponse(request, response);
      const commitHeaders = (): void => {
        calls.push('commit');
        if (!canCommit) throw new TypeError('Invalid character in header content');
        fake.headersSent = true;
      };
      fake.emit('pipe', { unpipe: () => calls.push('unpipe'), commitHeaders });
      const subscription = answer.subscribe();
      await Promise.resolve();
      await Promise.resolve();
      expect(calls).toEqual(canCommit ? ['commit', 'attach', 'unpipe'] : ['commit']);
      subscription.unsubscribe();
    }
  });

  it('abandons an unattached stream when it is unsubscribed, at once or later', async () => {
    for (const wait of [() => Promise.resolve(), soon]) {
      const { calls, prepared, request, response, fake } = subject();
      keepPrepared(request, response, prepared);
      const subscription = streamResponse(request, response).subscribe();
      await wait();
      subscription.unsubscribe();
      fake.headersSent = true;
      await soon();
      expect(calls).toEqual(['abandon']);
    }
  });

  it('abandons the stream when the response closes before a handler takes it, and only then', () => {
    const left = subject();
    keepPrepared(left.request, left.response, left.prepared);
    left.fake.emit('close');
    expect(left.calls).toEqual(['abandon']);

    const gone = subject();
    gone.fake.destroyed = true;
    keepPrepared(gone.request, gone.response, gone.prepared);
    expect(gone.calls).toEqual(['abandon']);

    const taken = subject();
    keepPrepared(taken.request, taken.response, taken.prepared);
    const subscription = streamResponse(taken.request, taken.response).subscribe();
    taken.fake.emit('close');
    expect(taken.calls).toEqual([]);
    subscription.unsubscribe();
  });

  it('abandons the stream when Nest never subscribes because the client has disconnected', () => {
    const { calls, prepared, request, response, fake } = subject();
    keepPrepared(request, response, prepared);
    streamResponse(request, response);
    fake.emit('close');
    expect(calls).toEqual(['abandon']);
  });

  it('abandons the stream when the response is destroyed before its headers are sent', async () => {
    const { calls, prepared, request, response, fake } = subject();
    keepPrepared(request, response, prepared);
    streamResponse(request, response).subscribe();
    fake.destroyed = true;
    await soon();
    expect(calls).toEqual(['abandon']);
  });

  it('completes at once when no stream was prepared', () => {
    const { request, response } = subject();
    let isComplete = false;
    streamResponse(request, response).subscribe({ complete: () => (isComplete = true) });
    expect(isComplete).toBe(true);
  });
});
