import { parseArgs } from 'node:util';
import type { PostgresVersion } from './cluster/postgres-server.js';

/** The options of `npm run chaos`. */
export interface ChaosOptions {
  readonly seed: number;
  /** Runs repeat, each with the next seed, for this long. */
  readonly minutes: number;
  /** Least number of acknowledged events of all runs together; runs repeat beyond `minutes` until it is reached. */
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly postgres: PostgresVersion;
  readonly backplane: 'postgres' | 'memory' | 'redis' | 'nats';
  readonly mutants: boolean;
}

const USAGE = `npm run chaos -- [options]
  --seed <n>          first seed (default 1)
  --minutes <n>       duration (default 60)
  --events <n>        least number of acknowledged events (default 1000000)
  --rate <n>          events per second (default 1500)
  --postgres 18|15    the embedded server or Debian's (default 18)
  --backplane postgres|memory|redis|nats   what carries the hints (default postgres)
  --no-mutants        leave out the planted defects`;

/** Parses the command line. @throws Error with every fault and the usage. */
export function readChaosOptions(parameters: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...parameters],
    allowNegative: true,
    options: {
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '60' },
      events: { type: 'string', default: '1000000' },
      rate: { type: 'string', default: '1500' },
      postgres: { type: 'string', default: '18' },
      backplane: { type: 'string', default: 'postgres' },
      mutants: { type: 'boolean', default: true },
    },
  });
  const faults: string[] = [];
  const number = (name: 'seed' | 'minutes' | 'events' | 'rate', min: number): number => {
    const value = Number(values[name]);
    if (!(value >= min)) faults.push(`--${name} must be at least ${min}; got ${values[name]}`);
    return value;
  };
  const choice = <T extends string>(name: 'postgres' | 'backplane', known: readonly T[]): T => {
    const found = known.find((one) => one === values[name]);
    if (found === undefined) faults.push(`--${name} must be one of ${known.join(', ')}; got ${values[name]}`);
    return found ?? known[0]!;
  };
  const options: ChaosOptions = {
    seed: number('seed', 0),
    minutes: number('minutes', 0),
    events: number('events', 0),
    eventsPerSecond: number('rate', 1),
    postgres: choice('postgres', ['18', '15']),
    backplane: choice('backplane', ['postgres', 'memory', 'redis', 'nats']),
    mutants: values.mutants,
  };
  if (faults.length > 0) throw new Error(`${faults.join('\n')}\n\n${USAGE}`);
  return options;
}
