import { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ChunkJoiner } from './chunk-joiner.js';
import type { EncodedEvent } from './encoded-event.js';
import type { FrameSink } from './frame-sink.js';

/**
 * Carries frames on a response whose headers are committed.
 *
 * On HTTP/1.1 with chunked encoding and nobody in between, ready-made chunks go straight to the socket: half the cost of
 * `res.write` through Express. Everywhere else (HTTP/2, HTTP/1.0, a middleware that replaced `write`, a pipelined response
 * that does not have its socket yet) the bare frame goes through `res.write`. Both ways write whole frames, so they may mix
 * with other whole writes of the same response.
 */
export class ResponseSink implements FrameSink {
  /** The socket on the direct way, null otherwise. */
  readonly #socket: Socket | null;
  #ended = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly joiner: ChunkJoiner,
  ) {
    this.#socket = canWriteChunks(response) ? response.socket : null;
    // A write that races the end of a socket makes the response emit an error that nobody needs: `close` follows it.
    response.on('error', ignore);
  }

  /** Whether frames go straight to the socket. */
  get isDirect(): boolean {
    return this.#socket !== null;
  }

  get queuedBytes(): number {
    return this.#socket === null ? this.response.writableLength : this.#socket.writableLength;
  }

  /** Null over HTTP/2, where many streams share a line. */
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
    return this.#passOn(event.body);
  }

  writeAll(events: readonly EncodedEvent[]): boolean {
    if (this.#ended) return true;
    if (this.#socket !== null) return this.#socket.write(this.joiner.join(events));
    return this.#passOn(Buffer.concat(events.map((event) => event.body)));
  }

  onDrain(listener: () => void): void {
    if (this.#socket === null) this.response.once('drain', listener);
    else this.#socket.once('drain', listener);
  }

  onGone(listener: () => void): void {
    // `close` comes once; `once` would keep a wrapper for as long as the stream.
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
      // A plain destroy leaves what the client never read in the kernel, megabytes for each stalled reader.
      socket.resetAndDestroy();
    } catch {
      // TLS and pipes cannot send a reset.
      socket.destroy();
    }
  }

  #passOn(body: Buffer): boolean {
    const accepted = this.response.write(body);
    // What compresses also buffers; its `flush` is the only way to get a frame out now.
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
