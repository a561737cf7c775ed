import type { Clock } from '@nest-herald/platform';

/** A clock that only the test moves. */
export class ManualClock implements Clock {
  #nowMs: number;
  #monotonicMs = 1_000;

  constructor(start: Date = new Date('2026-01-01T00:00:00.000Z')) {
    this.#nowMs = start.getTime();
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  /** Moves both times. */
  advance(ms: number): void {
    this.#nowMs += ms;
    this.#monotonicMs += ms;
  }

  /** Sets the wall clock alone, as an administrator or NTP would. */
  setWallClock(at: Date): void {
    this.#nowMs = at.getTime();
  }
}
