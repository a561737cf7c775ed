import type { BenchOptions } from '../bench-options.js';
import type { CpuPinning } from '../processes/cpu-pinning.js';
import type { Figure } from '../report/figure.js';
import type { Ratio } from '../report/ratio.js';

/** Input of every scenario. */
export interface BenchContext {
  readonly options: BenchOptions;
  readonly pinning: CpuPinning;
  /** Writes one line about the progress to stderr. */
  progress(line: string): void;
}

/** The result of a scenario. */
export interface ScenarioResult {
  readonly figures: readonly Figure[];
  readonly ratios: readonly Ratio[];
}

/** One measurement of the bench; one file each. */
export interface Scenario {
  /** Name for `--scenarios`. */
  readonly name: string;
  /** Heading of its tables: what is measured, in which unit. */
  readonly title: string;
  measure(context: BenchContext): Promise<ScenarioResult>;
}
