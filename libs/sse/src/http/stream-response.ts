import type { ServerResponse } from 'node:http';
import { Logger, type MessageEvent } from '@nestjs/common';
import { Observable } from 'rxjs';
import type { Connection } from '../connection/connection.js';
import type { PreparedStream } from '../connection/stream-request.js';
import { sseDiagnostics } from '../observability/diagnostics.js';
import { type PlatformRequest, type PlatformResponse, rawResponse } from './http-message.js';

const PREPARED = Symbol('prepared stream');
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
  Object.defineProperty(request, PREPARED, { value: prepared, configurable: true, enumerable: false });
  raw.once('close', () => takePrepared(request)?.abandon());
}

/**
 * The answer of an `@Sse()` handler behind a guard that called {@link keepPrepared}.
 *
 * Nest commits status and headers by itself one macrotask after the subscription; then the connection writes its own
 * frames past Nest. Nothing is ever emitted through the Observable, because Nest numbers every event without an id, which
 * would overwrite the browser's resume position, and an interceptor that wraps answers would make such an event even out of
 * a comment. It completes when the connection is closed, else Nest would keep its timer until the socket goes.
 */
export function streamResponse(request: PlatformRequest, response: PlatformResponse): Observable<MessageEvent> {
  const raw = rawResponse(response);
  return new Observable<MessageEvent>((subscriber) => {
    // Taken only now: an observable that nobody subscribes to must not hold what `close` would give back.
    const prepared = takePrepared(request);
    if (prepared === null) {
      // HEAD, or a client that left: Nest sends the headers and ends.
      subscriber.complete();
      return;
    }
    let connection: Connection | null = null;
    let timer: NodeJS.Timeout | undefined;
    const attach = (): void => {
      if (raw.destroyed) {
        subscriber.complete();
        return;
      }
      if (!raw.headersSent) {
        timer = setTimeout(attach, 1);
        return;
      }
      connection = prepared.attach(raw);
      report(connection, () => subscriber.complete());
    };
    // Behind the timer that Nest sets once this function has returned, so that the first try finds the headers sent.
    queueMicrotask(() => {
      if (!subscriber.closed) timer = setTimeout(attach, 0);
    });
    return () => {
      clearTimeout(timer);
      if (connection === null) prepared.abandon();
      else warnIfCut(connection, raw);
    };
  });
}

/** Takes the prepared stream off the request, so that it is attached or abandoned once. */
function takePrepared(request: PlatformRequest): PreparedStream | null {
  const holder = request as { [PREPARED]?: PreparedStream };
  const prepared = holder[PREPARED] ?? null;
  if (prepared !== null) Object.defineProperty(request, PREPARED, { value: undefined, configurable: true });
  return prepared;
}

function report(connection: Connection, onClosed: () => void): void {
  const { tenantId, userId } = connection.principal;
  const message = { tenantId, userId, connectionId: connection.id, transport: connection.transport };
  sseDiagnostics.connected(message);
  connection.onClosed(() => {
    sseDiagnostics.disconnected(message);
    onClosed();
  });
}

/** Nest unsubscribes when the client left or the stream is over; on a healthy stream it was an interceptor. */
function warnIfCut(connection: Connection, response: ServerResponse): void {
  const isOver = connection.state === 'closed' || connection.state === 'closing';
  if (isOver || response.destroyed || response.writableEnded || response.socket?.destroyed !== false) return;
  logger.warn(
    `An interceptor ended the open stream ${connection.id} (a time-out?). Let routes with the metadata SSE_STREAM_ROUTE pass.`,
  );
}
