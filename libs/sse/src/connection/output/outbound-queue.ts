import type { EncodedEvent } from './encoded-event.js';
import type { FrameSink } from './frame-sink.js';
import type { TurnScheduler, TurnTask } from './turn-scheduler.js';

/** Limits of one queue; 0 = off. */
export interface QueueLimits {
  readonly maxQueuedBytes: number;
  readonly clientBufferSize: number;
}

/** The callbacks of a queue. */
export interface QueueOwner {
  /** The client does not read and the queue exceeds its limits. It is called for each push beyond them. */
  onOverflow(): void;
  /** The carrier has drained, so the client reads. */
  onProgress(): void;
  /** Frames were dropped and will never be sent. */
  onDropped(count: number): void;
}

/** The approximate maximum of a joined write. A piece of this size still fits a socket's buffer. */
const PIECE_BYTES = 64 * 1024;

/**
 * The frames that wait for one connection, counted in bytes.
 *
 * States: *idle* (nothing waits; the first frame of a turn is written at once) → *joining* (later frames of the same turn
 * wait for its end and become one write) → *blocked* (the carrier is full; frames wait for `drain`, a newer ephemeral event
 * replaces an older one with the same conflation key, and a push beyond the limits calls `onOverflow`). Only a blocked queue
 * can overflow: a long burst to a client that reads is written in pieces.
 */
export class OutboundQueue implements TurnTask {
  #waiting: (EncodedEvent | null)[] = [];
  #waitingBytes = 0;
  #count = 0;
  #latest: Map<string, number> | null = null;
  #blocked = false;
  #deferred = false;
  #writtenTurn = 0;
  #waiters: (() => void)[] | null = null;

  constructor(
    private readonly sink: FrameSink,
    private readonly scheduler: TurnScheduler,
    private readonly limits: QueueLimits,
    private readonly owner: QueueOwner,
  ) {}

  get isBlocked(): boolean {
    return this.#blocked;
  }

  /** Bytes that wait in this process. */
  get queuedBytes(): number {
    return this.#waitingBytes + this.sink.queuedBytes;
  }

  push(event: EncodedEvent): void {
    if (this.#count === 0 && !this.#blocked && this.#writtenTurn !== this.scheduler.turn) {
      this.#writtenTurn = this.scheduler.turn;
      this.scheduler.arm();
      if (!this.sink.write(event)) this.#block();
      return;
    }
    this.#append(event);
    if (this.#blocked) {
      if (this.#isOver()) this.owner.onOverflow();
    } else if (this.#waitingBytes >= PIECE_BYTES || this.#isOver()) {
      this.flush();
    } else if (!this.#deferred) {
      this.#deferred = true;
      this.scheduler.defer(this);
    }
  }

  endTurn(): void {
    this.#deferred = false;
    if (!this.#blocked) this.flush();
  }

  /** Writes what waits, in pieces, until the carrier is full. */
  flush(): void {
    while (this.#count > 0 && !this.#blocked) {
      const piece = this.#takePiece();
      if (!(piece.length === 1 ? this.sink.write(piece[0]!) : this.sink.writeAll(piece))) this.#block();
    }
  }

  /** Writes what waits and calls back once when more may be pushed: at once, or after the carrier has drained. */
  whenWritable(listener: () => void): void {
    this.flush();
    if (this.#blocked) (this.#waiters ??= []).push(listener);
    else listener();
  }

  /** Drops everything that waits. */
  clear(): void {
    if (this.#count > 0) this.owner.onDropped(this.#count);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#count = 0;
    this.#latest = null;
  }

  /** Calls the listeners of `whenWritable` when the connection closes. They check its state and stop. */
  wakeWaiters(): void {
    const waiters = this.#waiters ?? [];
    this.#waiters = null;
    for (const waiter of waiters) waiter();
  }

  #append(event: EncodedEvent): void {
    if (event.conflationKey !== null) {
      const older = this.#latest?.get(event.conflationKey);
      if (older !== undefined) this.#replace(older);
      (this.#latest ??= new Map()).set(event.conflationKey, this.#waiting.length);
    }
    this.#waiting.push(event);
    this.#waitingBytes += event.chunk.length;
    this.#count += 1;
  }

  #replace(index: number): void {
    const older = this.#waiting[index];
    if (older === null || older === undefined) return;
    // The newer event goes to the end. In the position of the older one, it would overtake what was published between the two.
    this.#waiting[index] = null;
    this.#waitingBytes -= older.chunk.length;
    this.#count -= 1;
    this.owner.onDropped(1);
    if (this.#waiting.length > 64 && this.#waiting.length > 2 * this.#count) this.#compact();
  }

  #compact(): void {
    this.#waiting = this.#waiting.filter((event) => event !== null);
    this.#indexWaiting();
  }

  #takePiece(): EncodedEvent[] {
    const piece: EncodedEvent[] = [];
    let bytes = 0;
    let taken = 0;
    for (const event of this.#waiting) {
      if (event !== null) {
        if (bytes > 0 && bytes + event.chunk.length > PIECE_BYTES) break;
        piece.push(event);
        bytes += event.chunk.length;
      }
      taken += 1;
    }
    this.#count -= piece.length;
    this.#waitingBytes -= bytes;
    this.#waiting = this.#count === 0 ? [] : this.#waiting.slice(taken);
    this.#indexWaiting();
    return piece;
  }

  #indexWaiting(): void {
    this.#latest = null;
    for (const [index, event] of this.#waiting.entries()) {
      const key = event?.conflationKey ?? null;
      if (key !== null) (this.#latest ??= new Map()).set(key, index);
    }
  }

  #isOver(): boolean {
    const { maxQueuedBytes, clientBufferSize } = this.limits;
    if (clientBufferSize > 0 && this.#count > clientBufferSize) return true;
    return maxQueuedBytes > 0 && this.#waitingBytes + this.sink.queuedBytes > maxQueuedBytes;
  }

  #block(): void {
    this.#blocked = true;
    this.sink.onDrain(() => this.#drained());
  }

  #drained(): void {
    this.#blocked = false;
    this.owner.onProgress();
    this.flush();
    if (!this.#blocked) this.wakeWaiters();
  }
}
