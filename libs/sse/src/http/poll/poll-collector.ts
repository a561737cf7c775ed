import { type CloseReason, type ControlPayloads, isControlEventType } from '@nest-herald/sse-protocol';
import type { EncodedEvent } from '../../connection/output/encoded-event.js';
import type { FrameSink } from '../../connection/output/frame-sink.js';
import { withUnixLineBreaks } from '../stream/line-breaks.js';

/** One event of a poll's answer. */
export interface PollEvent {
  /** Durable events only. */
  readonly id?: string;
  readonly event: string;
  /** What a stream's client would read: the payload with every line break as LF (P11). */
  readonly data: string;
}

/** Bounds of one answer (P72). The event that goes beyond the bytes is still part of it. */
export const POLL_MAX_EVENTS = 200;
/** UTF-8, before JSON escapes it. */
export const POLL_MAX_BYTES = 256 * 1024;

/**
 * The carrier of a connection that is one poll: it keeps events instead of sending them.
 *
 * States: *collecting* → *full* (a bound is met, or a `resync` says that what follows has another beginning: what comes
 * now is left for the next poll) → *gone*. It is ready as soon as there is something to answer and the past is read.
 */
export class PollCollector implements FrameSink {
  readonly queuedBytes = 0;
  readonly events: PollEvent[] = [];
  #bytes = 0;
  #position: string | null = null;
  #resync: ControlPayloads['resync'] | null = null;
  #close: ControlPayloads['close'] | null = null;
  #isFull = false;
  #isCaughtUp = false;
  #isGone = false;
  #onGone: (() => void)[] = [];

  /** @param onReady called whenever there is reason to answer, perhaps several times, in the middle of a walk over connections. */
  constructor(private readonly onReady: () => void) {}

  get isGone(): boolean {
    return this.#isGone;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** Whether everything that was there when the poll came has been looked through. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  /** Of the last frame that had one; null before the first. */
  get position(): string | null {
    return this.#position;
  }

  get resync(): ControlPayloads['resync'] | null {
    return this.#resync;
  }

  /** Why the connection was ended, null while it is not. */
  get closeReason(): CloseReason | null {
    return this.#close?.reason ?? null;
  }

  /** When a client may come back after the end, ms. */
  get retryMs(): number {
    return this.#close?.retryMs ?? 0;
  }

  write(event: EncodedEvent): boolean {
    this.#take(event);
    return !this.#isFull;
  }

  writeAll(events: readonly EncodedEvent[]): boolean {
    for (const event of events) this.#take(event);
    return !this.#isFull;
  }

  caughtUp(): void {
    this.#isCaughtUp = true;
    this.onReady();
  }

  /** Never comes: who is full stays full. */
  onDrain(): void {}

  onGone(listener: () => void): void {
    this.#onGone.push(listener);
  }

  end(): void {
    this.reset();
  }

  reset(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    // Not inside the call that ended it: the connection is still in the middle of its goodbye.
    queueMicrotask(() => {
      for (const listener of this.#onGone.splice(0)) listener();
    });
    this.onReady();
  }

  #take(event: EncodedEvent): void {
    if (event.type === 'close') {
      this.#close ??= JSON.parse(event.payload) as ControlPayloads['close'];
      this.onReady();
      return;
    }
    if (this.#isFull) return;
    if (event.position !== null) this.#position = event.position;
    if (event.type === 'resync') {
      this.#resync = JSON.parse(event.payload) as ControlPayloads['resync'];
      this.#isFull = true;
    } else if (!isControlEventType(event.type)) {
      this.#keep(event);
    } else return;
    this.onReady();
  }

  #keep({ position, type, payload }: EncodedEvent): void {
    const data = withUnixLineBreaks(payload);
    this.events.push({ ...(position === null ? {} : { id: position }), event: type, data });
    this.#bytes += Buffer.byteLength(data);
    this.#isFull = this.events.length >= POLL_MAX_EVENTS || this.#bytes >= POLL_MAX_BYTES;
  }
}
