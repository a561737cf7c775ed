import type { ServerResponse } from 'node:http';
import { Logger, type MessageEvent } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { Connection } from '../../connection/connection.js';
import type { PreparedStream } from '../../connection/stream-request.js';
import { reportConnection } from './connection-report.js';
import { type PlatformRequest, type PlatformResponse, rawRequest, rawResponse } from '@nest-herald/platform/http';
import { closeConnectionOnHttp10 } from './http10-connection.js';
import { corkSocket, NestPipe } from './nest-pipe.js';
import { deferAbortController } from './nest-signal.js';

/** A prepared stream between the guard and the handler. */
interface PendingStream {
  readonly prepared: PreparedStream;
  readonly pipe: NestPipe;
  /** Stops watching for a response that closes early. */
  readonly unwatch: () => void;
}

const PENDING = Symbol('prepared stream');

/** Assigned, not defined: redefining a property turns the request into a slow, larger object. */
interface RequestWithStream {
  [PENDING]?: PendingStream | undefined;
}
/** Schedules a microtask without the async resource that `queueMicrotask` creates for each call. */
const READY = Promise.resolve();
const logger = new Logger('SseStream');

/**
 * Keeps a prepared stream on its request from the guard, where a refusal still gets its real status, to the handler. When
 * the response closes before a handler takes it (the client disconnected, an interceptor answered), it is abandoned.
 */
export function keepPrepared(request: PlatformRequest, response: PlatformResponse, prepared: PreparedStream): void {
  const raw = rawResponse(response);
  if (raw.destroyed || raw.closed) {
    prepared.abandon();
    return;
  }
  // Created here because Nest pipes before it calls a handler that is behind an interceptor.
  const pipe = new NestPipe(raw);
  const abandon = (): void => takePending(request)?.prepared.abandon();
  (request as RequestWithStream)[PENDING] = { prepared, pipe, unwatch: () => raw.off('close', abandon) };
  raw.on('close', abandon);
  closeConnectionOnHttp10(rawRequest(request), raw);
  deferAbortController(request);
}

/**
 * The result of an `@Sse()` handler whose guard called {@link keepPrepared}.
 *
 * Nest commits status and headers right after the subscription; then the connection writes its frames to the socket, past Nest.
 * The Observable never emits: Nest adds an id to every event without one, which would overwrite the browser's resume position,
 * and an interceptor that wraps responses would turn even a comment into such an event. Once the connection writes, Nest's stream
 * is unpiped and the Observable completes, so that Nest releases what it keeps for an open stream. An interceptor therefore
 * sees the stream complete at once, and a time-out of the host cannot cut it.
 */
export function streamResponse(request: PlatformRequest, response: PlatformResponse): Observable<MessageEvent> {
  const raw = rawResponse(response);
  return new Observable<MessageEvent>((subscriber) => {
    // Taken on subscription: an observable without a subscriber must not keep what `close` would abandon.
    const pending = takePending(request);
    if (pending === null) {
      // HEAD, or the client disconnected: Nest sends the headers and ends.
      subscriber.complete();
      return;
    }
    const { prepared, pipe } = pending;
    const uncork = corkSocket(raw);
    let connection: Connection | null = null;
    let timer: NodeJS.Timeout | undefined;
    const attach = (): void => {
      if (raw.destroyed) {
        subscriber.complete();
        return;
      }
      if (!raw.headersSent && !pipe.commitHead()) {
        timer = setTimeout(attach, 1);
        return;
      }
      connection = prepared.attach(raw);
      uncork();
      reportConnection(connection);
      forgetRouting(request);
      if (pipe.release()) {
        subscriber.complete();
      } else {
        connection.onClosed(() => subscriber.complete());
      }
    };
    // After this function returns, so that Nest and interceptors have their subscription when it completes.
    void READY.then(() => {
      if (!subscriber.closed) attach();
    });
    return () => {
      clearTimeout(timer);
      uncork();
      if (connection === null) prepared.abandon();
      else if (!pipe.isReleased) warnIfCut(connection, raw);
    };
  });
}

/** Removes the prepared stream from the request, so that it is attached or abandoned once. */
function takePending(request: PlatformRequest): PendingStream | null {
  const owner = request as RequestWithStream;
  const pending = owner[PENDING] ?? null;
  if (pending === null) return null;
  owner[PENDING] = undefined;
  pending.unwatch();
  return pending;
}

/** Drops Express's closures over the route of the request, which would otherwise live as long as the stream. */
function forgetRouting(request: PlatformRequest): void {
  const routed = request as { next?: unknown; _parsedUrl?: unknown };
  if (routed.next !== undefined) routed.next = undefined;
  if (routed._parsedUrl !== undefined) routed._parsedUrl = undefined;
}

/** Nest unsubscribes when the client disconnects or the stream ends; on a healthy stream, an interceptor did. */
function warnIfCut(connection: Connection, response: ServerResponse): void {
  const isOver = connection.state === 'closed' || connection.state === 'closing';
  if (isOver || response.destroyed || response.writableEnded || response.socket?.destroyed !== false) return;
  logger.warn(
    `An interceptor ended the open stream ${connection.id}, perhaps by a time-out. Exempt handlers with the metadata SSE_STREAM_ROUTE.`,
  );
}
