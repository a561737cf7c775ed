/** Random numbers that are the same for the same seed on every machine. For examples, never for secrets. */
export interface SeededRandom {
  /** 0 ≤ x < 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  /** @throws TypeError for an empty list. */
  pick<T>(list: readonly T[]): T;
  /** True with this probability, 0 to 1. */
  chance(share: number): boolean;
}

/** The mulberry32 generator: small, fast, and good enough for names and amounts. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    between,
    chance: (share) => next() < share,
    pick: (list) => {
      const [chosen] = list.slice(between(0, list.length - 1));
      if (chosen === undefined) throw new TypeError('Cannot pick from an empty list. Pass at least one item.');
      return chosen;
    },
  };
}
