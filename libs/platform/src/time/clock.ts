/** The time, injected so that tests can control it. */
export interface Clock {
  /** Wall clock, only for display and for comparison with a token. */
  now(): Date;
  /** Milliseconds that never decrease, for timers and rates. */
  monotonicMs(): number;
}

/** Injection token of the {@link Clock}. */
export const CLOCK = Symbol('CLOCK');

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
