import { parseArgs } from 'node:util';
import { type ProxyName, PROXIES } from '../support/proxy-server.js';

/** The options of the commands `cluster` and `cluster:rolling`. */
export interface ClusterCommand {
  /** Number of servers. */
  readonly nodes: number;
  readonly proxy?: ProxyName;
  /** Rolling only: how often each server is restarted. */
  readonly rounds: number;
  /** Rolling only: number of clients that follow. */
  readonly followers: number;
}

/** Help of the commands. */
export const USAGE = `npm run cluster          -- [--nodes 3] [--proxy haproxy|nginx]
npm run cluster:rolling  -- [--nodes 3] [--proxy haproxy|nginx] [--rounds 1] [--followers 12]

Starts PostgreSQL, the given number of servers, and a proxy in front of them, on free ports of this machine. Settings of the service
in the environment (SSE_BACKPLANE, REDIS_URL …) apply to every server. "cluster" runs until Ctrl-C. "cluster:rolling" restarts
each server in turn under load, counts lost and duplicated events, and exits with code 1 if there is one.`;

const NUMBERS = {
  nodes: { fallback: 3, min: 1, max: 16 },
  rounds: { fallback: 1, min: 1, max: 1_000 },
  followers: { fallback: 12, min: 1, max: 500 },
} as const;

/** Parses the command line. @returns the options, or all faults. */
export function readClusterCommand(args: readonly string[]): ClusterCommand | { readonly faults: readonly string[] } {
  const faults: string[] = [];
  const string = { type: 'string' } as const;
  let values: Readonly<Record<string, string | undefined>>;
  try {
    const options = { nodes: string, proxy: string, rounds: string, followers: string };
    values = parseArgs({ args: [...args], options }).values;
  } catch (error) {
    return { faults: [(error as Error).message] };
  }
  const number = (name: keyof typeof NUMBERS): number => {
    const { fallback, min, max } = NUMBERS[name];
    const value = values[name] === undefined ? fallback : Number(values[name]);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    faults.push(`--${name} must be a whole number from ${min} to ${max}; got ${values[name]}`);
    return fallback;
  };
  const proxy = PROXIES.find((name) => name === values['proxy']);
  if (values['proxy'] !== undefined && proxy === undefined)
    faults.push(`--proxy must be ${PROXIES.join(' or ')}; got ${values['proxy']}`);
  const command = { nodes: number('nodes'), rounds: number('rounds'), followers: number('followers') };
  return faults.length > 0 ? { faults } : { ...command, ...(proxy === undefined ? {} : { proxy }) };
}

/** Settings of the service in the environment of the command. */
export function serviceSettings(env: NodeJS.ProcessEnv): Record<string, string> {
  const isSetting = (name: string) => /^(SSE_|REDIS_URL$|NATS_URL$|DRAIN_MS$|LOG_LEVEL$|DEMO)/.test(name);
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => isSetting(entry[0])));
}
