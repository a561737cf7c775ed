import type { Socket } from 'node:net';
import type { CloseReason } from '@nest-herald/sse-protocol';
import type { WebSocket } from 'ws';
import type { EncodedEvent } from '../../connection/output/encoded-event.js';
import type { FrameSink } from '../../connection/output/frame-sink.js';
import { withUnixLineBreaks } from '../stream/line-breaks.js';

/** The close code after each `close` event (P82): those of RFC 6455 where they fit, and four of our own. */
export const CLOSE_CODES: Readonly<Record<CloseReason, number>> = {
  complete: 1000,
  shutdown: 1001,
  token_expired: 4001,
  revoked: 4002,
  slow_consumer: 4003,
  limit: 4004,
};

/** For clients that send data, which they must not (P83). */
const UNSUPPORTED_DATA = 1003;
/** Unanswered pings after which the peer counts as gone. */
const MAX_UNANSWERED = 2;

/** Each event is encoded once for all WebSockets; the text is collected with the event. */
const texts = new WeakMap<EncodedEvent, Buffer>();

/**
 * Sends each frame as one text message `{id?, event, data}` on a WebSocket (P80). It sends a ping with every heartbeat and drops
 * a peer that leaves two unanswered, because a half-open connection accepts writes for minutes.
 */
export class WebSocketSink implements FrameSink {
  #closeCode = CLOSE_CODES.complete;
  #unanswered = 0;

  /** @param socket the socket of `webSocket`. */
  constructor(
    private readonly webSocket: WebSocket,
    readonly socket: Socket,
  ) {
    // `ws` closes on invalid frames with the code of RFC 6455; the socket's `close` event reports it.
    webSocket.on('error', ignore);
    webSocket.on('pong', () => (this.#unanswered = 0));
    webSocket.on('message', () => webSocket.close(UNSUPPORTED_DATA, 'This WebSocket accepts no data from clients.'));
  }

  get queuedBytes(): number {
    return this.webSocket.bufferedAmount;
  }

  get isGone(): boolean {
    return this.socket.destroyed;
  }

  write(event: EncodedEvent): boolean {
    if (event.type === 'heartbeat') this.#ping();
    if (event.type === 'close') this.#closeCode = CLOSE_CODES[reasonOf(event)];
    // A heartbeat requested as a comment is only the ping.
    if (event.payload !== '' || event.type !== 'heartbeat') {
      this.webSocket.send(textOf(event), { binary: false, compress: false }, ignore);
    }
    return !this.socket.writableNeedDrain;
  }

  writeAll(events: readonly EncodedEvent[]): boolean {
    this.socket.cork();
    for (const event of events) this.write(event);
    this.socket.uncork();
    return !this.socket.writableNeedDrain;
  }

  onDrain(listener: () => void): void {
    this.socket.once('drain', listener);
  }

  onGone(listener: () => void): void {
    this.socket.on('close', listener);
  }

  end(): void {
    this.webSocket.close(this.#closeCode);
  }

  reset(): void {
    try {
      this.socket.resetAndDestroy();
    } catch {
      // TLS sockets and pipes cannot send a reset.
      this.socket.destroy();
    }
  }

  #ping(): void {
    if (this.#unanswered >= MAX_UNANSWERED) {
      this.reset();
      return;
    }
    this.#unanswered += 1;
    this.webSocket.ping(undefined, undefined, ignore);
  }
}

function textOf(event: EncodedEvent): Buffer {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const { position, type, payload } = event;
  const text = Buffer.from(
    JSON.stringify({ ...(position === null ? {} : { id: position }), event: type, data: withUnixLineBreaks(payload) }),
  );
  texts.set(event, text);
  return text;
}

function reasonOf(event: EncodedEvent): CloseReason {
  return (JSON.parse(event.payload) as { readonly reason: CloseReason }).reason;
}

function ignore(): void {}
