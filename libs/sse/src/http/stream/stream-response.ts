import type { ServerResponse } from 'node:http';
import { Logger, type MessageEvent } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { Connection } from '../../connection/connection.js';
import type { PreparedStream } from '../../connection/stream-request.js';
import { reportConnection } from './connection-report.js';
import { type PlatformRequest, type PlatformResponse, rawRequest, rawResponse } from '@nest-herald/platform/http';
import { closeConnectionOnHttp10 } from './http10-connection.js';
import { holdSocket, NestPipe } from './nest-pipe.js';
import { deferAbortController } from './nest-signal.js';

/** A prepared stream on its way from the guard to the handler. */
interface Kept {
  readonly prepared: PreparedStream;
  readonly pipe: NestPipe;
  /** Ends the watch over a response that ends early. */
  readonly unwatch: () => void;
}

const KEPT = Symbol('prepared stream');

/** Set plainly: a property that is defined and redefined turns the request into a slow, larger object. */
interface Holder {
  [KEPT]?: Kept | undefined;
}
/** A microtask by way of a promise: `queueMicrotask` makes an async resource for each. */
const READY = Promise.resolve();
const logger = new Logger('SseStream');

/**
 * Keeps a prepared stream on its request from the guard, where a refusal still gets its real status, to the handler. When
 * the response ends before a handler took it (a client that left, an interceptor that answered), it is abandoned.
 */
export function keepPrepared(request: PlatformRequest, response: PlatformResponse, prepared: PreparedStream): void {
  const raw = rawResponse(response);
  if (raw.destroyed || raw.closed) {
    prepared.abandon();
    return;
  }
  // Already here, since Nest pipes before it calls a handler that is behind an interceptor.
  const pipe = new NestPipe(raw);
  const abandon = (): void => takeKept(request)?.prepared.abandon();
  (request as Holder)[KEPT] = { prepared, pipe, unwatch: () => raw.off('close', abandon) };
  raw.on('close', abandon);
  closeConnectionOnHttp10(rawRequest(request), raw);
  deferAbortController(request);
}

/**
 * The answer of an `@Sse()` handler behind a guard that called {@link keepPrepared}.
 *
 * Status and headers are committed by Nest's own code right behind the subscription; then the connection writes its own frames
 * past Nest. Nothing is ever emitted through the Observable, because Nest numbers every event without an id, which
 * would overwrite the browser's resume position, and an interceptor that wraps answers would make such an event even out of
 * a comment. Once the connection has taken over, Nest's stream is taken off the response and the Observable completes, so
 * that Nest gives back what it keeps for an open stream. An interceptor therefore sees the stream complete at once, and a
 * time-out of the host cannot cut it.
 */
export function streamResponse(request: PlatformRequest, response: PlatformResponse): Observable<MessageEvent> {
  const raw = rawResponse(response);
  return new Observable<MessageEvent>((subscriber) => {
    // Taken only now: an observable that nobody subscribes to must not hold what `close` would give back.
    const kept = takeKept(request);
    if (kept === null) {
      // HEAD, or a client that left: Nest sends the headers and ends.
      subscriber.complete();
      return;
    }
    const { prepared, pipe } = kept;
    const letGo = holdSocket(raw);
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
      letGo();
      reportConnection(connection);
      forgetRouting(request);
      if (pipe.release()) {
        subscriber.complete();
      } else {
        connection.onClosed(() => subscriber.complete());
      }
    };
    // Behind this function, so that Nest and interceptors have their subscription in hand when it ends.
    void READY.then(() => {
      if (!subscriber.closed) attach();
    });
    return () => {
      clearTimeout(timer);
      letGo();
      if (connection === null) prepared.abandon();
      else if (!pipe.isReleased) warnIfCut(connection, raw);
    };
  });
}

/** Takes the prepared stream off the request, so that it is attached or abandoned once. */
function takeKept(request: PlatformRequest): Kept | null {
  const holder = request as Holder;
  const kept = holder[KEPT] ?? null;
  if (kept === null) return null;
  holder[KEPT] = undefined;
  kept.unwatch();
  return kept;
}

/** What Express keeps to go on with a request, closures over its whole route, would stay as long as the stream. */
function forgetRouting(request: PlatformRequest): void {
  const routed = request as { next?: unknown; _parsedUrl?: unknown };
  if (routed.next !== undefined) routed.next = undefined;
  if (routed._parsedUrl !== undefined) routed._parsedUrl = undefined;
}

/** Nest unsubscribes when the client left or the stream is over; on a healthy stream it was an interceptor. */
function warnIfCut(connection: Connection, response: ServerResponse): void {
  const isOver = connection.state === 'closed' || connection.state === 'closing';
  if (isOver || response.destroyed || response.writableEnded || response.socket?.destroyed !== false) return;
  logger.warn(
    `An interceptor ended the open stream ${connection.id} (a time-out?). Let routes with the metadata SSE_STREAM_ROUTE pass.`,
  );
}
