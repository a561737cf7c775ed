import { connect, type Socket } from 'node:net';

import type { DeliveryCounts, StreamTarget } from '../processes/messages.js';
import { EVENT_MARKER } from '../servers/bench-event.js';
import { accessToken, benchUser } from './access-token.js';
import { Arrivals } from './arrivals.js';

const MARKER = EVENT_MARKER.charCodeAt(0);

/** Streams that are opened concurrently. The limit keeps the server's backlog from determining the figures. */
const CONCURRENT_OPENINGS = 128;

/** Largest read; shared by all sockets, because each read is consumed before the next begins. */
const READ_BUFFER_BYTES = 64 * 1024;

/**
 * Many event streams over raw sockets, with the least work per byte, because an HTTP client would be the bottleneck.
 *
 * Counts {@link EVENT_MARKER} bytes per connection and sends one byte to the server's control port each time a round has
 * fully arrived. A connection that ends early is counted, not reopened: the caller treats it as a failed run.
 */
export class LoadClient {
  private readonly readBuffer = Buffer.allocUnsafe(READ_BUFFER_BYTES);
  private readonly received: number[] = [];
  private readonly sockets: Socket[] = [];
  private control: Socket | undefined;
  private total = 0;
  private closed = 0;
  private deliveriesPerRound = Number.POSITIVE_INFINITY;
  private endOfRound = Number.POSITIVE_INFINITY;
  private arrivals: Arrivals | undefined;
  /** Position in the last `connected`. */
  private position = '';

  /** Opens streams until `total` are live. @throws Error if one is refused or ends before it is live. */
  async connect(target: StreamTarget, total: number): Promise<number> {
    this.control ??= await this.openControl(target.controlPort);
    const openNext = async (): Promise<void> => {
      while (this.received.length < total) await this.open(target, this.received.push(0) - 1);
    };
    await Promise.all(Array.from({ length: CONCURRENT_OPENINGS }, openNext));
    return this.received.length - this.closed;
  }

  /** Resets all counters and sets the number of deliveries that finish a round. */
  expect(deliveriesPerRound: number): void {
    this.received.fill(0);
    this.total = 0;
    this.deliveriesPerRound = deliveriesPerRound;
    this.endOfRound = deliveriesPerRound;
  }

  /** Records the time of each arrival from now on. */
  record(eventsEach: number): Arrivals {
    this.received.fill(0);
    this.arrivals = new Arrivals(this.received.length, eventsEach);
    return this.arrivals;
  }

  get streams(): number {
    return this.sockets.length;
  }

  /** Position in `connected` of the stream that was opened last. */
  get lastPosition(): string {
    return this.position;
  }

  counts(): DeliveryCounts {
    let fewest = Number.POSITIVE_INFINITY;
    let most = 0;
    for (const count of this.received) {
      fewest = Math.min(fewest, count);
      most = Math.max(most, count);
    }
    return { total: this.total, fewest, most, closed: this.closed };
  }

  /** Ends all connections. */
  close(): void {
    this.leave();
    this.control?.destroy();
  }

  /** Ends all streams; the control connection stays. */
  leave(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.length = 0;
  }

  private openControl(port: number): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
      socket.on('error', reject);
    });
  }

  private open(target: StreamTarget, index: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let head = '';
      let live = false;
      const onRead = (length: number, buffer: Uint8Array): boolean => {
        if (live) {
          this.count(index, length, buffer as Buffer);
          return true;
        }
        head += (buffer as Buffer).toString('latin1', 0, length);
        if (!head.startsWith('HTTP/1.1 200')) reject(new Error(`Stream ${index} was refused:\n${head}`));
        if (head.includes(target.readyMarker)) {
          live = true;
          this.position = /^id: (\S+)$/m.exec(head)?.[1] ?? '';
          head = '';
          resolve();
        }
        return true;
      };
      const socket = connect({
        port: target.port,
        host: '127.0.0.1',
        noDelay: true,
        onread: { buffer: this.readBuffer, callback: onRead },
      });
      this.sockets.push(socket);
      socket.on('error', reject);
      socket.on('close', () => {
        this.closed++;
        reject(new Error(`Stream ${index} ended before it was live.`));
      });
      socket.write(
        `GET ${target.path.replace('{user}', benchUser(index))} HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\n` +
          `Accept: text/event-stream\r\nAuthorization: Bearer ${accessToken(index)}\r\n\r\n`,
      );
    });
  }

  private count(index: number, length: number, buffer: Buffer): void {
    let found = 0;
    // Bytes after `length` are left from an earlier read: a marker found there ends the search.
    for (let at = buffer.indexOf(MARKER); at !== -1 && at < length; at = buffer.indexOf(MARKER, at + 1)) found++;
    if (found === 0) return;
    const before = this.received[index] ?? 0;
    if (this.arrivals) for (let i = 0; i < found; i++) this.arrivals.note(index, before + i);
    this.received[index] = before + found;
    this.total += found;
    if (this.total < this.endOfRound) return;
    this.endOfRound += this.deliveriesPerRound;
    this.control?.write('.');
  }
}
