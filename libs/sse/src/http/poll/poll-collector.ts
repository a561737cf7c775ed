import { type CloseReason, type ControlPayloads, isControlEventType } from '@nest-herald/sse-protocol';
import type { EncodedEvent } from '../../connection/output/encoded-event.js';
import type { FrameSink } from '../../connection/output/frame-sink.js';
import { withUnixLineBreaks } from '../stream/line-breaks.js';

/** One event of a poll's response. */
export interface PollEvent {
  /** Durable events only. */
  readonly id?: string;
  readonly event: string;
  /** What a client of a stream would read: the payload with every line break as LF (P11). */
  readonly data: string;
}

/** Bounds of one response (P72). It still includes the event that exceeds the bytes. */
export const POLL_MAX_EVENTS = 200;
/** UTF-8, before JSON escapes it. */
export const POLL_MAX_BYTES = 256 * 1024;

/**
 * The sink of a connection that is one poll: it collects events instead of sending them.
 *
 * States: *collecting* → *full* (a bound is reached, or a `resync` came: the next poll gets what follows) → *gone*. The response
 * is ready as soon as there is an event and the replay is complete.
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

  /** @param onReady is called whenever a response may be due, perhaps several times, while the hub iterates over connections. */
  constructor(private readonly onReady: () => void) {}

  get isGone(): boolean {
    return this.#isGone;
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** Whether the replay is complete. */
  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  /** Position of the last frame that had one; null before the first. */
  get position(): string | null {
    return this.#position;
  }

  get resync(): ControlPayloads['resync'] | null {
    return this.#resync;
  }

  /** Why the connection was closed; null while it is open. */
  get closeReason(): CloseReason | null {
    return this.#close?.reason ?? null;
  }

  /** Time after which the client may reconnect, ms. */
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

  /** Never calls back: a full collector stays full. */
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
    // Not within this call: the connection is still sending its closing frames.
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
