import { parseArgs } from 'node:util';

import { MEASURED } from './capacity-costs.js';
import { type Limits, type Plan, planFor, type Workload } from './capacity-model.js';

/** `npm run capacity`: how many nodes and databases an installation needs, from measured unit costs (docs/scaling.md). */

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

const LIMITS: Limits = { utilisation: 0.6, streamsPerNode: 12_000, nodeMegabytes: 1_024, stormSeconds: 15 };

const HELP: Readonly<Record<keyof Workload | keyof Limits, string>> = {
  tenants: 'tenants',
  people: 'mean people of a tenant',
  skew: '0 = all tenants alike, 1 = the n-th largest has 1/n of the largest',
  online: 'share of the people with an open stream',
  streamsPerPerson: 'devices of a person online',
  eventsPerPersonMinute: 'durable events that one person online causes in a minute',
  audience: 'people online whom one event reaches',
  rowsPerEvent: 'rows that an event writes besides its own two',
  utilisation: 'how full a core and a primary may be',
  streamsPerNode: 'streams of one node',
  nodeMegabytes: 'memory of one node',
  stormSeconds: 'seconds until the streams of a dead node are live elsewhere',
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
    else faults.push(`--${name} takes a number from 0 on; got ${JSON.stringify(text)}.`);
  }
  for (const name of ['utilisation', 'online'] as const) {
    if (chosen[name] <= 0 || chosen[name] > 1)
      faults.push(`--${name} is a share above 0 and up to 1; got ${chosen[name]}.`);
  }
  if (!Number.isInteger(chosen.tenants) || chosen.tenants < 1 || chosen.tenants > 100_000) {
    faults.push(`--tenants is a whole number from 1 to 100,000; got ${chosen.tenants}.`);
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
    `durable events a second  ${count(plan.eventsPerSecond)}`,
    `frames a second          ${count(plan.deliveriesPerSecond)}`,
    `PostgreSQL clusters      ${plan.cells}, with ${plan.shards} shard(s) each at the most`,
    `nodes                    ${Number.isFinite(plan.nodes) ? plan.nodes : 'no number is enough'} in all (the largest cluster is decided by: ${plan.nodeLimit})`,
    `a node, simulated        ${percent(simulated.nodeP50)} of a core, p99 ${percent(simulated.nodeP99)}`,
    `the fullest shard        ${percent(simulated.shardP50)} of what it numbers, p99 ${percent(simulated.shardP99)}`,
    ...plan.tooLarge.map(
      ({ rank, eventsPerSecond }) =>
        `TOO LARGE                tenant ${rank} publishes ${count(eventsPerSecond)} events/s; one order is one shard. Split it into tenants.`,
    ),
  ];
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
