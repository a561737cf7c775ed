import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type ExpressPrototypes, expressMessages } from '@nest-herald/sse';
import { ExpressAdapter } from '@nestjs/platform-express';
import { codeOfStatus, PROBLEM_MEDIA_TYPE, problemDocument } from '@nest-herald/platform/http';

/** Limits of one request on the wire, in milliseconds and bytes. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 75_000,
  maxHeaderSize: 16 * 1024,
  // Interval of the check for incomplete requests. With Node's default of 30 s they could outlive their limit by 30 s.
  connectionsCheckingInterval: 1_000,
};

/** Connections that may wait to be accepted. A reconnect storm needs more than Node's default of 511. */
const BACKLOG = 4_096;

/** How long running requests may take at shutdown, after the streams were drained; milliseconds. */
const REQUEST_DRAIN_MS = 3_000;

/**
 * Express on an HTTP server with our limits. The timeouts apply only to receiving a request, so an open stream has none.
 * Input that is not valid HTTP is answered with a problem document too.
 */
export class HeraldHttpAdapter extends ExpressAdapter {
  override initHttpServer(): void {
    const application = this.getInstance<ExpressPrototypes & RequestListener>();
    const server = createServer({ ...LIMITS, ...expressMessages(application) }, application);
    server.on('clientError', answerInvalidRequest);
    this.httpServer = server;
  }

  override listen(port: string | number, ...args: unknown[]): Server {
    const host = typeof args[0] === 'string' ? args[0] : undefined;
    const listening = args.at(-1) as () => void;
    const server: Server = this.httpServer;
    return server.listen({ port: Number(port), backlog: BACKLOG, ...(host === undefined ? {} : { host }) }, listening);
  }

  /** Stops accepting connections, waits for running requests, then closes what is left. */
  override async close(): Promise<void> {
    const server: Server = this.httpServer;
    if (!server.listening) return;
    const deadline = setTimeout(() => server.closeAllConnections(), REQUEST_DRAIN_MS);
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
    });
    clearTimeout(deadline);
  }
}

const STATUS_OF_FAULT: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

function answerInvalidRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = STATUS_OF_FAULT[error.code ?? ''] ?? 400;
  const body = JSON.stringify(problemDocument({ status, code: codeOfStatus(status) }, randomUUID()));
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Connection: close',
      `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
