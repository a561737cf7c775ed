/** Ephemeral events wait for each other; hints, pokes and control messages do not wait. */
const COALESCE_MS = 20;

/**
 * Says when a batch is flushed: at the end of this turn of the event loop when something urgent waits, else 20 ms after the
 * first message. One flush at a time; what comes meanwhile goes with the next.
 */
export class FlushSchedule {
  /** Ends the wait for the next flush. */
  #cancelWait: (() => void) | null = null;
  #urgent = false;
  #running: Promise<void> | null = null;
  #again = false;

  /** @param flush sends what waits; never rejects. */
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

  /** Sends what still waits. Nothing is to be requested from now on. */
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
