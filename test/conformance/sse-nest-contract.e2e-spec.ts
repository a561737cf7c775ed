import { type AddressInfo } from 'node:net';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type CallHandler,
  Controller,
  type ExecutionContext,
  HttpException,
  type INestApplication,
  type MessageEvent,
  Res,
  Sse,
  type Type,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { EMPTY, from, map, NEVER, Observable, of } from 'rxjs';
import { RawStream } from '../support/raw-stream.js';

/** What the observable of a route observed; the controllers below fill it. */
const seen = { headersAtSubscribe: false, headersSoonAfter: false, tornDown: 0 };

class Wrap {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ success: true, data })));
  }
}

/** Waits before the handler, as an interceptor that queries a database does. */
class Slow {
  async intercept(_: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return next.handle();
  }
}

class Refuse {
  canActivate(): Promise<boolean> {
    return Promise.reject(new HttpException('taken', 429));
  }
}

const writes = (response: ServerResponse): Observable<MessageEvent> =>
  new Observable((subscriber) => {
    seen.headersAtSubscribe = response.headersSent;
    queueMicrotask(() =>
      setTimeout(() => {
        seen.headersSoonAfter = response.headersSent;
        response.write('event: own\ndata: 1\n\n');
      }, 0),
    );
    return () => {
      seen.tornDown++;
      subscriber.unsubscribe();
    };
  });

@Controller()
class ContractController {
  @Sse('silent')
  silent(@Res({ passthrough: true }) response: ServerResponse): Observable<MessageEvent> {
    return writes(response);
  }

  @Sse('emits')
  emits(): Observable<MessageEvent> {
    return from<MessageEvent[]>([{ type: 'tick', data: 'x' }, { comment: 'ok' }]);
  }

  @Sse('wrapped')
  @UseInterceptors(Wrap)
  wrapped(): Observable<MessageEvent> {
    return of<MessageEvent>({ comment: 'ok' });
  }

  @Sse('wrapped-silent')
  @UseInterceptors(Wrap)
  wrappedSilent(@Res({ passthrough: true }) response: ServerResponse): Observable<MessageEvent> {
    return writes(response);
  }

  @Sse('guarded')
  @UseGuards(Refuse)
  guarded(): Observable<MessageEvent> {
    return NEVER;
  }

  @Sse('late-refusal')
  @UseInterceptors(Slow)
  lateRefusal(): Observable<MessageEvent> {
    throw new HttpException('taken', 429);
  }

  @Sse('empty')
  empty(): Observable<MessageEvent> {
    return EMPTY;
  }
}

describe('Nest’s @Sse, as our stream route relies on it', () => {
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    const controllers: Type[] = [ContractController];
    app = (await Test.createTestingModule({ controllers }).compile()).createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  });

  afterAll(() => app.close());

  it('commits status and headers by itself, one macrotask after the subscription and before our frames', async () => {
    const stream = await RawStream.open(`${url}/silent`);
    await stream.event('own');
    expect(seen).toMatchObject({ headersAtSubscribe: false, headersSoonAfter: true });
    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
      connection: 'keep-alive',
      'transfer-encoding': 'chunked',
    });
    for (const directive of ['no-cache', 'no-store', 'no-transform']) {
      expect(stream.headers['cache-control']).toContain(directive);
    }
    expect(stream.headers['content-length']).toBeUndefined();
    stream.destroy();
  });

  it('writes nothing but a blank line of its own while nothing is emitted', async () => {
    const stream = await RawStream.open(`${url}/silent`);
    await stream.event('own');
    expect(stream.text).toBe('\nevent: own\ndata: 1\n\n');
    stream.destroy();
  });

  it('unsubscribes when the client disconnects', async () => {
    const before = seen.tornDown;
    const stream = await RawStream.open(`${url}/silent`);
    stream.destroy();
    while (seen.tornDown === before) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(seen.tornDown).toBe(before + 1);
  });

  it('adds an id to every event without one, so ours do not go through it', async () => {
    expect(await (await RawStream.open(`${url}/emits`)).end()).toContain('event: tick\nid: 1\ndata: x\n\n');
  });

  it('lets an interceptor turn a comment into an event with an id, so we do not emit one either', async () => {
    expect(await (await RawStream.open(`${url}/wrapped`)).end()).toContain('id: 1\n');
  });

  it('sends direct writes unchanged, also with an interceptor', async () => {
    const stream = await RawStream.open(`${url}/wrapped-silent`);
    await stream.event('own');
    expect(stream.blocks).toEqual([{ event: 'own', data: '1' }]);
    stream.destroy();
  });

  it('awaits guards, whose refusal keeps its status', async () => {
    const stream = await RawStream.open(`${url}/guarded`);
    await stream.end();
    expect(stream.status).toBe(429);
  });

  it('does not await a handler behind an interceptor, so refusals happen in a guard', async () => {
    const stream = await RawStream.open(`${url}/late-refusal`);
    await stream.end();
    expect(stream.status).toBe(200);
    expect(stream.text).toContain('event: error');
  });

  it('answers an empty observable, and HEAD, with the headers of a stream', async () => {
    for (const method of ['GET', 'HEAD']) {
      const stream = await RawStream.open(`${url}/empty`, { method });
      await stream.end();
      expect(stream.status).toBe(200);
      expect(stream.headers['content-type']).toBe('text/event-stream');
    }
  });
});
