/**
 * Runs a task once at a time. All calls during a run share one further run. A burst of events therefore costs two
 * fetches, and the second starts after the last event.
 */
export class SingleFlight {
  #running: Promise<void> | null = null;
  #isWantedAgain = false;

  /** @param work must not reject */
  constructor(private readonly work: () => Promise<void>) {}

  /** Resolves when a run that started at or after this call has ended. */
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
    // In the same tick as the check above, so that no call is missed in between.
    this.#running = null;
  }
}
