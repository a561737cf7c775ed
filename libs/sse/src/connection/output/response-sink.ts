import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ChunkJoiner } from './chunk-joiner.js';
import type { EncodedEvent } from './encoded-event.js';
import type { FrameSink } from './frame-sink.js';

/**
 * Writes frames to a response whose headers are committed.
 *
 * On HTTP/1.1 with chunked encoding and an unwrapped response, encoded chunks go directly to the socket, at half the cost of
 * `res.write` through Express. Otherwise (HTTP/2, HTTP/1.0, a middleware that replaced `write`, a pipelined response that
 * does not have its socket yet) the bare frame goes through `res.write`. Both write whole frames, so they may mix with other
 * whole writes to the same response.
 */
export class ResponseSink implements FrameSink {
  /** The socket for direct writes, null when frames go through `res.write`. */
  readonly #socket: Socket | null;
  #ended = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly joiner: ChunkJoiner,
  ) {
    this.#socket = canWriteChunks(response) ? response.socket : null;
    // A write that races the end of a socket makes the response emit an error. It needs no handling, because `close` follows.
    response.on('error', ignore);
  }

  get queuedBytes(): number {
    return this.#socket === null ? this.response.writableLength : this.#socket.writableLength;
  }

  /** Null over HTTP/2, where many streams share a socket. */
  get socket(): Socket | null {
    return this.#socket ?? (this.response instanceof ServerResponse ? this.response.socket : null);
  }

  get isGone(): boolean {
    const socket = this.#socket ?? this.response.socket;
    return this.response.destroyed || this.response.closed || socket?.destroyed === true;
  }

  write(event: EncodedEvent): boolean {
    if (this.#ended) return true;
    if (this.#socket !== null) return this.#socket.write(event.chunk);
    return this.#writeThrough(event.body);
  }

  writeAll(events: readonly EncodedEvent[]): boolean {
    if (this.#ended) return true;
    if (this.#socket !== null) return this.#socket.write(this.joiner.join(events));
    return this.#writeThrough(Buffer.concat(events.map((event) => event.body)));
  }

  onDrain(listener: () => void): void {
    if (this.#socket === null) this.response.once('drain', listener);
    else this.#socket.once('drain', listener);
  }

  onGone(listener: () => void): void {
    // `close` is emitted once. `once` would keep a wrapper for the lifetime of the stream.
    this.response.on('close', listener);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.response.end();
  }

  reset(): void {
    this.#ended = true;
    const { socket } = this;
    if (socket === null) {
      this.response.destroy();
      return;
    }
    try {
      // A plain destroy leaves unread bytes in the kernel, megabytes per stalled reader.
      socket.resetAndDestroy();
    } catch {
      // TLS and pipes cannot send a reset.
      socket.destroy();
    }
  }

  #writeThrough(body: Buffer): boolean {
    const accepted = this.response.write(body);
    // Compression middleware buffers. Only its `flush` sends the frame now.
    const { flush } = this.response as { flush?: () => void };
    if (typeof flush === 'function') flush.call(this.response);
    return accepted;
  }
}

function canWriteChunks(response: ServerResponse): boolean {
  return (
    response instanceof ServerResponse &&
    response.headersSent &&
    response.chunkedEncoding &&
    response.socket !== null &&
    !response.socket.destroyed &&
    response.write === ServerResponse.prototype.write
  );
}

function ignore(): void {}
