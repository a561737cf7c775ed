import type { IdGenerator } from '@nest-herald/platform';

/** Spreads times, so that many connections do not act at the same moment. Not for secrets. */
export class Jitter {
  #state: number;

  constructor(ids: IdGenerator) {
    this.#state = Buffer.from(ids.random(4), 'base64url').reduce((state, byte) => (state * 256 + byte) >>> 0, 1);
  }

  /** @returns `ms` ± `share` of it, such as 0.1 for ± 10 %. */
  around(ms: number, share: number): number {
    return ms * (1 + share * (2 * this.#next() - 1));
  }

  /** @returns a whole number from `min` to `max`. */
  between(min: number, max: number): number {
    return Math.floor(min + this.#next() * (max - min + 1));
  }

  /** The mulberry32 generator: 32 bits of state, fast, evenly spread. @returns from 0 to below 1. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
}
