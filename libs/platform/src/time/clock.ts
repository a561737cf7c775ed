/** Time, injected so that tests can move it. */
export interface Clock {
  /** Wall clock; only for what is shown or compared with a token. */
  now(): Date;
  /** Milliseconds that never jump backwards; for timers and rates. */
  monotonicMs(): number;
}

/** Injection token of the {@link Clock}. */
export const CLOCK = Symbol('CLOCK');

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
};
