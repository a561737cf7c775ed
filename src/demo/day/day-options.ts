import { parseArgs } from 'node:util';

/** Options of a simulated working day. */
export interface DayOptions {
  /** Address of the running service. */
  readonly baseUrl: string;
  /** `acme` or `beta`. */
  readonly tenant: string;
  /** The same seed makes the same choices. Their outcomes also depend on timing. */
  readonly seed: number;
  /** Real minutes for the day from 9:00 to 17:30. */
  readonly minutes: number;
  /** Number of people who act at the same time. */
  readonly people: number;
  /** Mean pause of a person between two actions, in milliseconds. */
  readonly paceMs: number;
}

const NUMBERS = {
  seed: { fallback: 1, min: 0, max: 4_294_967_295, whole: true },
  minutes: { fallback: 2, min: 0.05, max: 600, whole: false },
  people: { fallback: 8, min: 2, max: 40, whole: true },
  'pace-ms': { fallback: 800, min: 0, max: 60_000, whole: true },
} as const;

const TENANTS = ['acme', 'beta'];

/** Help text of the command. */
export const USAGE = `npm run demo:day -- [--seed 1] [--minutes 2] [--people 8] [--pace-ms 800] [--tenant acme]
                     [--base-url http://127.0.0.1:3000]

Simulates a working day of a demo company over the API of a running service: people submit orders and leave requests,
approve, reject, return and transfer tasks, and send notifications. Ends by itself.`;

/** Reads the command line. @returns the options, or all faults. */
export function readDayOptions(
  args: readonly string[],
): { readonly options: DayOptions } | { readonly faults: readonly string[] } {
  const faults: string[] = [];
  const string = { type: 'string' } as const;
  let values: Readonly<Record<string, string | undefined>>;
  try {
    values = parseArgs({
      args: [...args],
      options: {
        seed: string,
        minutes: string,
        people: string,
        'pace-ms': string,
        tenant: string,
        'base-url': string,
      },
    }).values;
  } catch (error) {
    return { faults: [(error as Error).message] };
  }
  const number = (name: keyof typeof NUMBERS): number => {
    const { fallback, min, max, whole } = NUMBERS[name];
    const given = values[name];
    const value = given === undefined ? fallback : Number(given);
    if (given !== '' && value >= min && value <= max && (!whole || Number.isInteger(value))) return value;
    faults.push(`--${name} must be ${whole ? 'a whole number' : 'a number'} from ${min} to ${max}; got ${given}`);
    return fallback;
  };
  const baseUrl = values['base-url'] ?? 'http://127.0.0.1:3000';
  if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl))
    faults.push(`--base-url must be an http(s) address; got ${baseUrl}`);
  const tenant = values['tenant'] ?? 'acme';
  if (!TENANTS.includes(tenant)) faults.push(`--tenant must be ${TENANTS.join(' or ')}; got ${tenant}`);
  const options: DayOptions = {
    baseUrl,
    tenant,
    seed: number('seed'),
    minutes: number('minutes'),
    people: number('people'),
    paceMs: number('pace-ms'),
  };
  return faults.length > 0 ? { faults } : { options };
}
