/**
 * Runs a piece of work once at a time: calls while it runs become one further run behind it, so that a burst of events
 * costs two fetches and the last one began after the last event.
 */
export class SingleFlight {
  #running: Promise<void> | null = null;
  #isWantedAgain = false;

  /** @param work must not throw */
  constructor(private readonly work: () => Promise<void>) {}

  /** @returns when a run that began at or after this call is done. */
  run(): Promise<void> {
    if (this.#running !== null) {
      this.#isWantedAgain = true;
      return this.#running;
    }
    this.#running = this.#repeat();
    return this.#running;
  }

  async #repeat(): Promise<void> {
    do {
      this.#isWantedAgain = false;
      await this.work();
    } while (this.#isWantedAgain);
    // In the same turn as the last look, so that no call falls between.
    this.#running = null;
  }
}
