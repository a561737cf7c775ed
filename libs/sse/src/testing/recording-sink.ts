import type { EncodedEvent } from '../connection/output/encoded-event.js';
import type { FrameSink } from '../connection/output/frame-sink.js';

/** A carrier that keeps what it gets and is full when the test says so. */
export class RecordingSink implements FrameSink {
  /** Everything that was handed over, in order. */
  readonly events: EncodedEvent[] = [];
  /** Number of frames of each write. */
  readonly writes: number[] = [];
  isGone = false;
  isEnded = false;
  isReset = false;
  /** Bytes that it pretends to hold. */
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

  /** From the next write on it takes nothing more until {@link drain}. */
  fill(): void {
    this.#isFull = true;
  }

  drain(): void {
    this.#isFull = false;
    const listeners = this.#onDrain;
    this.#onDrain = [];
    for (const listener of listeners) listener();
  }

  /** The client goes away. */
  leave(): void {
    this.isGone = true;
    const listeners = this.#onGone;
    this.#onGone = [];
    for (const listener of listeners) listener();
  }

  /** The types in order. */
  get types(): readonly string[] {
    return this.events.map((event) => event.type);
  }

  /** The payloads of one type in order. */
  payloads(type: string): readonly string[] {
    return this.events.filter((event) => event.type === type).map((event) => event.payload);
  }

  /** The numbers of the durable events in order. */
  get seqs(): readonly number[] {
    return this.events.filter((event) => event.seq > 0).map((event) => event.seq);
  }
}
