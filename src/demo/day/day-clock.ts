/** The working day is from 9:00 to 17:30. */
const DAY_MINUTES = 8.5 * 60;
const START_MINUTES = 9 * 60;

/** Maps the real minutes of a run to the time of a whole working day. */
export class DayClock {
  readonly #startedMs = performance.now();

  constructor(private readonly realMinutes: number) {}

  get isOver(): boolean {
    return this.remainingMs <= 0;
  }

  /** Real milliseconds to the end of the day. */
  get remainingMs(): number {
    return this.#startedMs + this.realMinutes * 60_000 - performance.now();
  }

  /** The time of the working day, such as `14:05`. */
  get time(): string {
    const share = Math.min(1, (performance.now() - this.#startedMs) / (this.realMinutes * 60_000));
    const minutes = Math.floor(START_MINUTES + share * DAY_MINUTES);
    return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  }
}
