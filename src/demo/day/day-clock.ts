/** Minutes of a working day, from 9:00 to 17:30. */
const DAY_MINUTES = 8.5 * 60;
const BEGIN_MINUTES = 9 * 60;

/** The clock on the wall of the company: the whole working day within the real minutes that it is played in. */
export class DayClock {
  readonly #beganMs = performance.now();

  constructor(private readonly realMinutes: number) {}

  get isOver(): boolean {
    return this.remainingMs <= 0;
  }

  /** Real milliseconds to the end of the day. */
  get remainingMs(): number {
    return this.#beganMs + this.realMinutes * 60_000 - performance.now();
  }

  /** Such as `14:05`. */
  get time(): string {
    const share = Math.min(1, (performance.now() - this.#beganMs) / (this.realMinutes * 60_000));
    const minutes = Math.floor(BEGIN_MINUTES + share * DAY_MINUTES);
    return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  }
}
