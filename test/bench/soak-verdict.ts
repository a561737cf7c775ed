import type { Leftovers } from './processes/messages.js';
import { spreadOf } from './report/statistics.js';

/** Growth of the heap between the first and the last third of the looks that counts as noise of the collector. */
const HEAP_SLACK_BYTES = 2 * 2 ** 20;
/** Files and handles that may be open at one look and not at another: timers, a socket on its way out. */
const COUNT_SLACK = 3;

/** What a soak found. */
export interface Verdict {
  readonly isStable: boolean;
  readonly lines: readonly string[];
}

/**
 * Compares the medians of the first and the last third, so that a single odd look decides nothing.
 * @throws RangeError for fewer than three looks.
 */
export function verdictOf(looks: readonly Leftovers[]): Verdict {
  const third = Math.floor(looks.length / 3);
  if (third === 0)
    throw new RangeError(`A soak needs three looks at the least; got ${looks.length}. Let it run longer.`);
  const growthOf = (member: keyof Leftovers): number => {
    const median = (part: readonly Leftovers[]): number => spreadOf(part.map((look) => look[member])).median;
    return median(looks.slice(-third)) - median(looks.slice(0, third));
  };
  const checks = [
    { what: 'heap', unit: ' bytes', growth: growthOf('heapBytes'), slack: HEAP_SLACK_BYTES },
    { what: 'handles', unit: '', growth: growthOf('handles'), slack: COUNT_SLACK },
    { what: 'listeners', unit: '', growth: growthOf('listeners'), slack: 0 },
    { what: 'open files', unit: '', growth: growthOf('openFiles'), slack: COUNT_SLACK },
  ];
  return {
    isStable: checks.every(({ growth, slack }) => growth <= slack),
    lines: checks.map(
      ({ what, unit, growth, slack }) =>
        `${growth <= slack ? 'ok    ' : 'GROWS '} ${what}: ${growth >= 0 ? '+' : ''}${Math.round(growth)}${unit} (at most +${slack})`,
    ),
  };
}
