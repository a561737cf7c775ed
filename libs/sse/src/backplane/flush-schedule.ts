/** Ephemeral events wait this long for each other; hints, wake-ups and control messages do not wait. */
const COALESCE_MS = 20;

/**
 * Decides when a batch is flushed: at the end of this turn of the event loop when something urgent waits, otherwise 20 ms
 * after the first message. One flush runs at a time; messages that arrive during a flush leave with the next one.
 */
export class FlushSchedule {
  /** Cancels the scheduled flush. */
  #cancelWait: (() => void) | null = null;
  #urgent = false;
  #running: Promise<void> | null = null;
  #again = false;

  /** @param flush sends everything that waits; never rejects. */
  constructor(private readonly flush: () => Promise<void>) {}

  request(urgent: boolean): void {
    if (this.#running) {
      this.#again = true;
      this.#urgent ||= urgent;
      return;
    }
    if (this.#cancelWait !== null && (this.#urgent || !urgent)) return;
    this.#cancel();
    this.#urgent = urgent;
    if (urgent) {
      const immediate = setImmediate(() => this.#run());
      this.#cancelWait = () => clearImmediate(immediate);
    } else {
      const timer = setTimeout(() => this.#run(), COALESCE_MS);
      this.#cancelWait = () => clearTimeout(timer);
    }
  }

  /** Sends what still waits. The caller requests nothing after this. */
  async finish(): Promise<void> {
    this.#cancel();
    await this.#running;
    this.#cancel();
    await this.flush();
  }

  #run(): void {
    this.#cancelWait = null;
    this.#urgent = false;
    this.#running = this.flush().finally(() => {
      this.#running = null;
      if (!this.#again) return;
      this.#again = false;
      this.request(this.#urgent);
    });
  }

  #cancel(): void {
    this.#cancelWait?.();
    this.#cancelWait = null;
    this.#urgent = false;
  }
}
