import type { Target } from '../targets.js';
import type { FigureBook } from './figure.js';
import { spreadOf, type Spread } from './statistics.js';

/** A figure with its target. */
export interface Ratio {
  readonly what: string;
  readonly condition: string;
  readonly spread: Spread;
  /** Absent: shown for orientation only. */
  readonly target: Target | undefined;
}

/** A comparison of two figures. */
export interface Comparison {
  readonly what: string;
  readonly condition: string;
  readonly of: string;
  /** Absent: the figure itself is compared with its target. */
  readonly by?: string;
  readonly target?: Target | undefined;
}

/**
 * Divides the values of the same repetition, so that drift between repetitions cancels.
 *
 * @returns no ratio for a comparison of which one side was not measured.
 */
export function compare(book: FigureBook, comparisons: readonly Comparison[]): Ratio[] {
  return comparisons.flatMap(({ what, condition, of, by, target }) => {
    const divisors = by === undefined ? undefined : book.valuesOf(by, condition);
    const values = book.valuesOf(of, condition).flatMap((value, repetition) => {
      const divisor = divisors ? divisors[repetition] : 1;
      return divisor === undefined ? [] : [value / divisor];
    });
    return values.length === 0 ? [] : [{ what, condition, spread: spreadOf(values), target }];
  });
}
