import { type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type ArgumentsHost, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { WebSocketServer } from 'ws';
import { SseRefusal } from '../../vocabulary/refusal.js';
import { SseError } from '../../vocabulary/sse.errors.js';
import { reportConnection } from '../stream/connection-report.js';
import { headerOf, ProblemFilter } from '@nest-herald/platform/http';
import { StreamIntake } from '../stream/stream-intake.js';
import { WebSocketSink } from './web-socket-sink.js';

/** Injection token: the paths that serve WebSockets, each with a leading slash. */
export const WEB_SOCKET_PATHS = Symbol('WEB_SOCKET_PATHS');

/** Clients send only pong and close frames, which have at most 125 bytes. */
const MAX_MESSAGE_BYTES = 4_096;
const KEY = /^[+/0-9A-Za-z]{22}==$/;

/**
 * `GET /ws`: the same streams over WebSocket (P80 – P84), for proxies that buffer responses. Every refusal is a problem document
 * over HTTP, before the upgrade.
 *
 * It listens to upgrades of the HTTP server beside the gateways of the host, and leaves other paths to those. When there is no
 * other listener, such a request is handled as an ordinary one, as it would be without this gateway.
 */
@Injectable()
export class WebSocketGateway implements OnApplicationBootstrap {
  #webSockets: WebSocketServer | null = null;

  constructor(
    @Inject(WEB_SOCKET_PATHS) private readonly paths: readonly string[],
    private readonly adapterHost: HttpAdapterHost,
    private readonly intake: StreamIntake,
    private readonly problems: ProblemFilter,
  ) {}

  /** @throws SseError `ERR_SSE_INVALID_OPTIONS` when the package `ws` is not installed. */
  async onApplicationBootstrap(): Promise<void> {
    this.#webSockets = await makeServer();
    const server = this.adapterHost.httpAdapter.getHttpServer() as Server;
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      if (this.paths.includes(pathOf(request))) void this.#upgrade(request, socket, head);
      else if (server.listenerCount('upgrade') === 1) handleWithoutUpgrade(server, request, socket);
    });
  }

  async #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on('error', ignore);
    try {
      requireHandshake(request);
      const principal = await this.intake.identify(request, { anyAccept: true });
      const prepared = await this.intake.prepare(request, principal, { transport: 'ws' });
      let isAttached = false;
      this.#webSockets?.handleUpgrade(request, socket, head, (webSocket) => {
        isAttached = true;
        reportConnection(prepared.attachTo(new WebSocketSink(webSocket, socket)));
      });
      // The client disconnected during the preparation.
      if (!isAttached) prepared.abandon();
    } catch (error) {
      this.#refuse(error, request, socket);
    }
  }

  #refuse(error: unknown, request: IncomingMessage, socket: Socket): void {
    if (socket.destroyed) return;
    const response = responseOn(request, socket);
    const http = { getRequest: () => request, getResponse: () => response };
    // oxlint-disable-next-line promise/valid-params -- a filter of Nest, not a promise
    this.problems.catch(error, { switchToHttp: () => http } as unknown as ArgumentsHost);
  }
}

/** Loads `ws` only when WebSockets are enabled: it is an optional peer dependency. */
async function makeServer(): Promise<WebSocketServer> {
  try {
    const { WebSocketServer: Server } = await import('ws');
    return new Server({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: MAX_MESSAGE_BYTES,
    });
  } catch (cause) {
    throw new SseError(
      'ERR_SSE_INVALID_OPTIONS',
      'websocket: true needs the package "ws", which is not installed. Run npm install ws, or remove the option.',
      { cause },
    );
  }
}

/** RFC 6455 §4.1. @throws SseRefusal 400 `invalid_request`. */
function requireHandshake(request: IncomingMessage): void {
  const isHandshake =
    request.method === 'GET' &&
    headerOf(request, 'upgrade')?.toLowerCase() === 'websocket' &&
    headerOf(request, 'sec-websocket-version') === '13' &&
    KEY.test(headerOf(request, 'sec-websocket-key') ?? '');
  if (isHandshake) return;
  throw new SseRefusal(400, 'invalid_request', {
    detail: 'The request is not a WebSocket handshake. Send GET with Upgrade: websocket and version 13.',
  });
}

function handleWithoutUpgrade(server: Server, request: IncomingMessage, socket: Socket): void {
  socket.on('error', ignore);
  const response = responseOn(request, socket);
  // The parser has released the socket, so a body can no longer be read.
  if (request.method === 'GET' || request.method === 'HEAD') server.emit('request', request, response);
  else response.writeHead(400).end();
}

/** A response on a socket that Node has released for an upgrade. The connection closes after it. */
function responseOn(request: IncomingMessage, socket: Socket): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket);
  response.on('finish', () => socket.end());
  socket.on('close', () => response.destroy());
  // The parser no longer reads the socket. Without reading, its end would go unnoticed.
  socket.on('end', () => socket.end());
  socket.resume();
  return response;
}

function pathOf({ url }: IncomingMessage): string {
  return (url ?? '/').split('?', 1)[0] ?? '/';
}

function ignore(): void {}
