import { parseArgs } from 'node:util';

import { MEASURED } from './capacity-costs.js';
import { type Limits, type Plan, planFor, type Workload } from './capacity-model.js';

/** `npm run capacity`: how many servers and databases an installation needs, from measured unit costs (docs/scaling.md). */

const WORKLOAD: Workload = {
  tenants: 100,
  people: 500,
  skew: 0.8,
  online: 0.3,
  streamsPerPerson: 1.3,
  eventsPerPersonMinute: 2,
  audience: 5,
  rowsPerEvent: 4,
};

const LIMITS: Limits = { utilisation: 0.6, streamsPerServer: 12_000, serverMegabytes: 1_024, stormSeconds: 15 };

const HELP: Readonly<Record<keyof Workload | keyof Limits, string>> = {
  tenants: 'tenants',
  people: 'mean number of people per tenant',
  skew: '0 = all tenants have the same size, 1 = the n-th largest has 1/n of the largest',
  online: 'share of people with an open stream',
  streamsPerPerson: 'devices per online person',
  eventsPerPersonMinute: 'durable events that one online person causes per minute',
  audience: 'online people that one event reaches',
  rowsPerEvent: 'rows per event besides its own two',
  utilisation: 'highest utilisation of a core and of a primary',
  streamsPerServer: 'most streams per server',
  serverMegabytes: 'memory per server',
  stormSeconds: 'seconds until the streams of a failed server are live elsewhere',
};

function main(args: readonly string[]): void {
  const defaults = { ...WORKLOAD, ...LIMITS };
  const names = Object.keys(HELP) as (keyof typeof defaults)[];
  if (args.includes('--help')) {
    for (const name of names) console.log(`  --${name} ${defaults[name]}`.padEnd(34), HELP[name]);
    return;
  }
  const { values } = parseArgs({
    args: [...args],
    options: Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
  });
  const chosen = { ...defaults };
  const faults: string[] = [];
  for (const name of names) {
    const text = values[name];
    if (text === undefined) continue;
    const value = Number(text);
    if (Number.isFinite(value) && value >= 0) chosen[name] = value;
    else faults.push(`--${name} must be 0 or more; got ${JSON.stringify(text)}.`);
  }
  for (const name of ['utilisation', 'online'] as const) {
    if (chosen[name] <= 0 || chosen[name] > 1)
      faults.push(`--${name} must be above 0 and at most 1; got ${chosen[name]}.`);
  }
  if (!Number.isInteger(chosen.tenants) || chosen.tenants < 1 || chosen.tenants > 100_000) {
    faults.push(`--tenants must be a whole number from 1 to 100,000; got ${chosen.tenants}.`);
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
  for (const line of report(planFor(chosen, chosen, MEASURED))) console.log(line);
}

function report(plan: Plan): string[] {
  const count = (value: number): string => Math.round(value).toLocaleString('en');
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  const { simulated } = plan;
  return [
    `open streams             ${count(plan.streams)}`,
    `durable events per s     ${count(plan.eventsPerSecond)}`,
    `frames per s             ${count(plan.deliveriesPerSecond)}`,
    `PostgreSQL clusters      ${plan.cells}, with ${plan.shards} shard(s) each at most`,
    `servers                  ${Number.isFinite(plan.servers) ? plan.servers : 'no number is enough'} in all (limit of the largest cluster: ${plan.serverLimit})`,
    `a server, simulated      ${percent(simulated.serverP50)} of a core, p99 ${percent(simulated.serverP99)}`,
    `the busiest shard        ${percent(simulated.shardP50)} of its capacity, p99 ${percent(simulated.shardP99)}`,
    ...plan.tooLarge.map(
      ({ rank, eventsPerSecond }) =>
        `TOO LARGE                tenant ${rank} publishes ${count(eventsPerSecond)} events/s, more than one shard can order. Split it into several tenants.`,
    ),
  ];
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
