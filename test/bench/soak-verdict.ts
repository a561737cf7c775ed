import type { RetainedResources } from './processes/messages.js';
import { spreadOf } from './report/statistics.js';

/** Growth of the heap between the first and the last third of the samples that counts as noise of the collector. */
const HEAP_SLACK_BYTES = 2 * 2 ** 20;
/** Files and handles that may be open in one sample and not in another: timers, a closing socket. */
const COUNT_SLACK = 3;

/** The result of a soak. */
export interface Verdict {
  readonly isStable: boolean;
  readonly lines: readonly string[];
}

/**
 * Compares the medians of the first and the last third, so that a single odd sample decides nothing.
 * @throws RangeError for fewer than three samples.
 */
export function verdictOf(samples: readonly RetainedResources[]): Verdict {
  const third = Math.floor(samples.length / 3);
  if (third === 0)
    throw new RangeError(`The soak has ${samples.length} samples and needs three samples or more. Let it run longer.`);
  const growthOf = (member: keyof RetainedResources): number => {
    const median = (part: readonly RetainedResources[]): number =>
      spreadOf(part.map((sample) => sample[member])).median;
    return median(samples.slice(-third)) - median(samples.slice(0, third));
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
