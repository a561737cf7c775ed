import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The cores of the server and the load. The commands are prefixes of Node's command. */
export interface CpuPinning {
  readonly server: readonly string[];
  readonly load: readonly string[];
  /** For the report. */
  readonly description: string;
}

/**
 * Pins the server to one core and the load to another with `taskset` (util-linux).
 *
 * Without two cores or without the program nothing is pinned, and the description says so. Ratios stay valid, but the
 * range of the repetitions widens.
 */
export function choosePinning(): CpuPinning {
  const cores = allowedCores();
  const [serverCore, loadCore] = cores;
  if (serverCore === undefined || loadCore === undefined) return unpinned('fewer than two cores are allowed');
  if (spawnSync('taskset', ['--version']).error) return unpinned('taskset (util-linux) is not installed');
  return {
    server: ['taskset', '--cpu-list', String(serverCore)],
    load: ['taskset', '--cpu-list', String(loadCore)],
    description: `server on core ${serverCore}, load on core ${loadCore}`,
  };
}

function unpinned(reason: string): CpuPinning {
  return { server: [], load: [], description: `not pinned: ${reason}` };
}

/** Cores that this process may use, from a list such as `0-3,8`; none if the kernel does not report them. */
function allowedCores(): number[] {
  if (process.platform !== 'linux') return [];
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
  return list.split(',').flatMap((part) => {
    const [first = Number.NaN, last = first] = part.split('-').map(Number);
    return Number.isNaN(first) ? [] : Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
