import type { BenchOptions } from '../bench-options.js';
import type { CpuPinning } from '../processes/cpu-pinning.js';
import type { Figure } from '../report/figure.js';
import type { Ratio } from '../report/ratio.js';

/** What every scenario gets. */
export interface BenchContext {
  readonly options: BenchOptions;
  readonly pinning: CpuPinning;
  /** One line about what is going on, to stderr. */
  progress(line: string): void;
}

/** What a scenario found. */
export interface ScenarioResult {
  readonly figures: readonly Figure[];
  readonly ratios: readonly Ratio[];
}

/** One question that the bench answers; one file each. */
export interface Scenario {
  /** For `--scenarios`. */
  readonly name: string;
  /** Heads its tables: what is measured, in which unit. */
  readonly title: string;
  measure(context: BenchContext): Promise<ScenarioResult>;
}
