import type { EncodedEvent } from '../connection/output/encoded-event.js';
import type { FrameSink } from '../connection/output/frame-sink.js';

/** A sink that records events, and that a test can fill and drain. */
export class RecordingSink implements FrameSink {
  /** All written events, in order. */
  readonly events: EncodedEvent[] = [];
  /** Number of frames of each write. */
  readonly writes: number[] = [];
  isGone = false;
  isEnded = false;
  isReset = false;
  /** Queued bytes that it reports. */
  queuedBytes = 0;
  #isFull = false;
  #onDrain: (() => void)[] = [];
  #onGone: (() => void)[] = [];

  write(event: EncodedEvent): boolean {
    return this.writeAll([event]);
  }

  writeAll(events: readonly EncodedEvent[]): boolean {
    this.events.push(...events);
    this.writes.push(events.length);
    return !this.#isFull;
  }

  onDrain(listener: () => void): void {
    this.#onDrain.push(listener);
  }

  onGone(listener: () => void): void {
    this.#onGone.push(listener);
  }

  end(): void {
    this.isEnded = true;
  }

  reset(): void {
    this.isReset = true;
    this.leave();
  }

  /** Makes every write report a full sink until {@link drain}. */
  fill(): void {
    this.#isFull = true;
  }

  drain(): void {
    this.#isFull = false;
    const listeners = this.#onDrain;
    this.#onDrain = [];
    for (const listener of listeners) listener();
  }

  /** The client disconnects. */
  leave(): void {
    this.isGone = true;
    const listeners = this.#onGone;
    this.#onGone = [];
    for (const listener of listeners) listener();
  }

  /** The event types in order. */
  get types(): readonly string[] {
    return this.events.map((event) => event.type);
  }

  /** The payloads of one type in order. */
  payloads(type: string): readonly string[] {
    return this.events.filter((event) => event.type === type).map((event) => event.payload);
  }

  /** The `seq` of the durable events in order. */
  get seqs(): readonly number[] {
    return this.events.filter((event) => event.seq > 0).map((event) => event.seq);
  }
}
