import type { Socket } from 'node:net';
import type { CloseReason } from '@nest-herald/sse-protocol';
import type { WebSocket } from 'ws';
import type { EncodedEvent } from '../../connection/output/encoded-event.js';
import type { FrameSink } from '../../connection/output/frame-sink.js';
import { withUnixLineBreaks } from '../stream/line-breaks.js';

/** The close code behind each `close` event (P82): what RFC 6455 has a code for, and four of our own. */
export const CLOSE_CODES: Readonly<Record<CloseReason, number>> = {
  complete: 1000,
  shutdown: 1001,
  token_expired: 4001,
  revoked: 4002,
  slow_consumer: 4003,
  limit: 4004,
};

/** Nothing is to be said by clients (P83). */
const UNSUPPORTED_DATA = 1003;
/** Heartbeats without an answer to their ping, after which nobody is there any more. */
const MAX_UNANSWERED = 2;

/** One text for all WebSockets that get an event; it goes when the event does. */
const texts = new WeakMap<EncodedEvent, Buffer>();

/**
 * Carries frames on a WebSocket, each one text message `{id?, event, data}` (P80). A ping goes out with every heartbeat,
 * and a peer that leaves two unanswered is dropped: a half-open line takes writes for minutes.
 */
export class WebSocketSink implements FrameSink {
  #closeCode = CLOSE_CODES.complete;
  #unanswered = 0;

  /** @param socket what `webSocket` stands on. */
  constructor(
    private readonly webSocket: WebSocket,
    readonly socket: Socket,
  ) {
    // What is wrong with a peer's frames closes it with the code of RFC 6455; the end of the socket tells us.
    webSocket.on('error', ignore);
    webSocket.on('pong', () => (this.#unanswered = 0));
    webSocket.on('message', () => webSocket.close(UNSUPPORTED_DATA, 'Clients send nothing here.'));
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
    // A heartbeat that was asked for as a comment is the ping alone.
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
      // TLS and pipes cannot send a reset.
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
