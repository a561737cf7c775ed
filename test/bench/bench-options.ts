import { parseArgs } from 'node:util';

import { SERVER_TITLES, type ServerName } from './servers/server-registry.js';

/** The options of the command line. */
export interface BenchOptions {
  /** Connections of the fan-out, ascending. @defaultValue 1000, 5000, 10000 */
  readonly connections: readonly number[];
  /** How often every server is started and measured, interleaved. @defaultValue 3 */
  readonly repetitions: number;
  /** Shortest time of one measurement, in ms; warm-up takes a third of it in addition. @defaultValue 800 */
  readonly minMs: number;
  /** Connections of the large scenarios (paced, storm, growth). @defaultValue 10000, with `--quick` 1000 */
  readonly many: number;
  /** Number of streams that never read, and for how many seconds. @defaultValue 200 for 60 s, with `--quick` 50 for 5 s */
  readonly stalled: number;
  readonly stalledSeconds: number;
  /** How long the write transaction of another application stays open, in minutes. @defaultValue 1, with `--quick` a tenth; the long form is 10 */
  readonly foreignMinutes: number;
  /** Names of the scenarios to run. @defaultValue all */
  readonly scenarios: readonly string[];
  /** Directory for CPU profiles of the server process; profiling distorts the figures. @defaultValue none */
  readonly profileDirectory: string | undefined;
  /** Servers to measure; rows that need another server are left out. @defaultValue all */
  readonly servers: readonly ServerName[];
  /** Replaces the figures in docs/performance.md. @defaultValue false */
  readonly write: boolean;
}

/** More connections would need more than 20,000 open files in one process. */
const MAX_CONNECTIONS = 15_000;

export const USAGE = `npm run bench -- [flags]
  --connections 1000,5000,10000   connections of the fan-out, 1 to ${MAX_CONNECTIONS}
  --repetitions 3           interleaved repetitions
  --many 10000              connections of paced, storm and growth
  --stalled 200             streams that never read; 1000 is the long form
  --stalled-seconds 60      how long; 600 is the long form
  --foreign-minutes 1       length of another application's write transaction; 10 is the long form
  --min-ms 800              shortest time of one measurement
  --quick                   one repetition of 300 ms with 1,000 connections; a first impression, not evidence
  --scenarios a,b           only these scenarios
  --servers a,b             only these servers: ${Object.keys(SERVER_TITLES).join(', ')}
  --profile DIR             write CPU profiles of the servers to DIR; the figures are not comparable then
  --write                   replace the figures in docs/performance.md`;

/** Parses the command line. @throws Error that lists every fault. */
export function parseBenchOptions(args: readonly string[], scenarioNames: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      connections: { type: 'string' },
      repetitions: { type: 'string' },
      'min-ms': { type: 'string' },
      quick: { type: 'boolean', default: false },
      many: { type: 'string' },
      stalled: { type: 'string' },
      'stalled-seconds': { type: 'string' },
      'foreign-minutes': { type: 'string' },
      scenarios: { type: 'string' },
      servers: { type: 'string' },
      profile: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const faults: string[] = [];
  const numbers = (flag: string, text: string, most: number): number[] =>
    text.split(',').map((part) => {
      const value = Number(part);
      if (!Number.isInteger(value) || value < 1 || value > most) {
        faults.push(`--${flag} must be whole numbers from 1 to ${most}; got ${JSON.stringify(part)}.`);
      }
      return value;
    });
  const names = <N extends string>(flag: string, text: string | undefined, known: readonly N[]): readonly N[] => {
    if (text === undefined) return known;
    const chosen = text.split(',');
    for (const name of chosen) {
      if (!known.includes(name as N))
        faults.push(`--${flag} must be one of ${known.join(', ')}; got ${JSON.stringify(name)}.`);
    }
    return chosen as N[];
  };
  const { quick, write } = values;
  if (quick && write) faults.push('--write needs a full run. Leave out --quick.');
  if (values.profile !== undefined && write) faults.push('--write needs undistorted figures. Leave out --profile.');
  const options: BenchOptions = {
    connections: numbers(
      'connections',
      values.connections ?? (quick ? '1000' : '1000,5000,10000'),
      MAX_CONNECTIONS,
    ).sort((a, b) => a - b),
    repetitions: numbers('repetitions', values.repetitions ?? (quick ? '1' : '3'), 100)[0] ?? 1,
    minMs: numbers('min-ms', values['min-ms'] ?? (quick ? '300' : '800'), 600_000)[0] ?? 1,
    many: numbers('many', values.many ?? (quick ? '1000' : '10000'), MAX_CONNECTIONS)[0] ?? 1,
    stalled: numbers('stalled', values.stalled ?? (quick ? '50' : '200'), 5_000)[0] ?? 1,
    stalledSeconds: numbers('stalled-seconds', values['stalled-seconds'] ?? (quick ? '5' : '60'), 3_600)[0] ?? 1,
    foreignMinutes: quick ? 0.1 : (numbers('foreign-minutes', values['foreign-minutes'] ?? '1', 120)[0] ?? 1),
    scenarios: names('scenarios', values.scenarios, scenarioNames),
    servers: names('servers', values.servers, Object.keys(SERVER_TITLES) as ServerName[]),
    profileDirectory: values.profile,
    write,
  };
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return options;
}
