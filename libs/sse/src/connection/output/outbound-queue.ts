import type { EncodedEvent } from './encoded-event.js';
import type { FrameSink } from './frame-sink.js';
import type { TurnScheduler, TurnTask } from './turn-scheduler.js';

/** Bounds of one queue; 0 = off. */
export interface QueueLimits {
  readonly maxQueuedBytes: number;
  readonly clientBufferSize: number;
}

/** Who is told what happens to a queue. */
export interface QueueOwner {
  /** The client does not read and the queue is over its bounds. Called once per push that is over. */
  onOverflow(): void;
  /** The carrier took everything that it held: the client reads. */
  onProgress(): void;
  /** Frames that will never be sent. */
  onDropped(count: number): void;
}

/** A joined write is at most about this long: a piece this size still fits a socket's buffer. */
const PIECE_BYTES = 64 * 1024;

/**
 * What waits for one connection, counted in bytes.
 *
 * States: *idle* (nothing waits; the first frame of a turn is written at once) → *joining* (later frames of the same turn
 * wait for its end and become one write) → *blocked* (the carrier is full; frames wait for `drain`, a newer ephemeral one
 * replaces an older one with the same conflation key, and beyond the bounds the owner is told). Only a blocked queue can
 * overflow: a long burst to a client that reads is written in pieces.
 */
export class OutboundQueue implements TurnTask {
  #waiting: (EncodedEvent | null)[] = [];
  #waitingBytes = 0;
  #count = 0;
  #latest: Map<string, number> | null = null;
  #blocked = false;
  #deferred = false;
  #writtenTurn = 0;
  #onRoom: (() => void)[] | null = null;

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

  /**
   * Writes what waits and calls back once when more may be pushed without harm: at once when the carrier took everything,
   * else after its drain.
   */
  whenWritable(listener: () => void): void {
    this.flush();
    if (this.#blocked) (this.#onRoom ??= []).push(listener);
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

  /** Wakes those who wait for room, for a connection that closes: they look at its state and stop. */
  wakeWaiters(): void {
    const listeners = this.#onRoom ?? [];
    this.#onRoom = null;
    for (const listener of listeners) listener();
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
    // The newer one goes to the end: taking the older one's place would overtake what was published between the two.
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
