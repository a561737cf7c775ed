import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type as systemName } from 'node:os';

import type { BenchOptions } from '../bench-options.js';
import type { CpuPinning } from '../processes/cpu-pinning.js';
import { EVENT_BYTES } from '../servers/bench-event.js';

/** When, where and how the figures were measured, as a list in Markdown. */
export function describeConditions(
  options: BenchOptions,
  pinning: CpuPinning,
  loadBefore: readonly number[],
  startedAt: Date,
): string {
  const [processor] = cpus();
  const loads = (values: readonly number[]): string => values.map((value) => value.toFixed(2)).join(', ');
  const seconds = Math.round((Date.now() - startedAt.getTime()) / 1000);
  return [
    `- ${startedAt.toISOString().slice(0, 10)}, commit ${commit()}, ${seconds} s`,
    `- ${cpus().length} × ${processor?.model.trim() ?? 'unknown processor'}, ${Math.round(totalmem() / 2 ** 30)} GB, ${systemName()} ${release()}, Node ${process.versions.node}`,
    `- ${pinning.description}; loopback; events of ${EVENT_BYTES} bytes`,
    `- ${options.repetitions} interleaved repetition(s), at least ${options.minMs} ms each after warm-up; median (range)`,
    `- load of the machine (1, 5, 15 min) before: ${loads(loadBefore)}; after, this run included: ${loads(loadavg())}`,
  ].join('\n');
}

function commit(): string {
  try {
    const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
    const changed = git('status', '--porcelain', '--', 'libs', 'test/bench') === '' ? '' : ' with uncommitted changes';
    return git('rev-parse', '--short', 'HEAD') + changed;
  } catch {
    return 'unknown'; // A copy without Git history can be measured too.
  }
}
