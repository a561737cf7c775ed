import type { ChaosOptions } from './chaos-options.js';
import { BrokerServer } from '../support/broker-server.js';
import { PostgresServer } from './cluster/postgres-server.js';
import { catchMutant, isCaught, MUTANTS, runScenario } from './mutants/run-mutant.js';
import { type ScenarioName, SCENARIOS } from './mutants/scenarios.js';
import { killsOf, runProfile } from './profile.js';
import type { RunResult } from './run.js';

const ROUNDS_OF_A_RUN = 2;
/** Less than a replay reads for one client (20,000 rows a tenant): beyond it would be a `resync`, and an excuse. */
const EVENTS_OF_A_RUN = 75_000;

/**
 * Runs seeds one after the other until time and events are reached, then every scenario without and with its mutants. Prints
 * seed, figures and verdict of each; the logs of a bad run stay where it says.
 * @returns whether every promise was kept and every mutant caught.
 */
export async function runLong(options: ChaosOptions, print: (line: string) => void): Promise<boolean> {
  const endAt = Date.now() + options.minutes * 60_000;
  const sum = { runs: 0, acknowledged: 0, rolledBack: 0, unknown: 0, delivered: 0, stops: 0 };
  const kills: Record<string, number> = {};
  const failovers: number[] = [];
  let isGood = true;
  for (let { seed } = options; Date.now() < endAt || sum.acknowledged < options.events; seed += 1) {
    const backplane =
      options.backplane === 'postgres' || options.backplane === 'memory'
        ? options.backplane
        : await BrokerServer.start(options.backplane);
    try {
      const result = await runProfile({
        seed,
        postgres: options.postgres,
        backplane,
        nodes: 3,
        tenants: 4,
        shards: 1 + (seed % 2),
        rounds: ROUNDS_OF_A_RUN,
        pauseMs: [100, 800],
        events: Math.min(options.events, EVENTS_OF_A_RUN),
        eventsPerSecond: options.eventsPerSecond,
      });
      const { figures } = result.verdict;
      sum.runs += 1;
      sum.acknowledged += figures.acknowledged;
      sum.rolledBack += figures.rolledBack;
      sum.unknown += figures.unknown;
      sum.delivered += figures.events;
      sum.stops += result.tally.stops;
      failovers.push(...result.tally.failoversMs);
      for (const [what, times] of Object.entries(result.tally.kills)) kills[what] = (kills[what] ?? 0) + times;
      isGood = report(`seed ${seed}`, result, print) && isGood;
    } finally {
      if (typeof backplane !== 'string') await backplane.stop();
    }
  }
  if (options.mutants) isGood = (await runMutants(options, print)) && isGood;
  const total = Object.values(kills).reduce((all, times) => all + times, 0);
  print(`all: ${JSON.stringify(sum)}, ${total} kills ${JSON.stringify(kills)}, fail-over ms ${spread(failovers)}`);
  print(isGood ? 'verdict: every promise was kept' : 'verdict: FAILED, see above');
  return isGood;
}

async function runMutants({ seed, postgres: version }: ChaosOptions, print: (line: string) => void): Promise<boolean> {
  const postgres = await PostgresServer.create(version);
  let isGood = true;
  try {
    for (const name of Object.keys(SCENARIOS) as ScenarioName[]) {
      const control = await runScenario(postgres, name, seed, null);
      isGood = report(`scenario "${name}" without a mutant`, control, print) && isGood;
    }
    for (const mutant of MUTANTS) {
      const result = await catchMutant(postgres, mutant, seed);
      const caught = isCaught(mutant, result);
      print(
        `${caught ? 'caught' : 'MISSED'}: ${mutant.name} (seed ${result.plan.seed}) ${JSON.stringify(result.verdict.counts)}, ${result.seconds} s`,
      );
      if (caught) result.discard();
      isGood &&= caught;
    }
  } finally {
    await postgres.destroy();
  }
  return isGood;
}

/** @returns whether nothing was wrong. */
function report(what: string, result: RunResult, print: (line: string) => void): boolean {
  const { verdict, tally, seconds, suicides } = result;
  const isGood = verdict.violations.length === 0 && suicides.length === 0;
  print(
    `${isGood ? 'ok' : 'BAD'} ${what}: ${JSON.stringify(verdict.figures)}, ${killsOf(result)} kills ${JSON.stringify(tally.kills)}, ` +
      `${tally.stops} SIGSTOPs, ${JSON.stringify(tally.others)}, fail-over ms ${spread(tally.failoversMs)}, ${seconds} s`,
  );
  if (isGood) {
    result.discard();
    return true;
  }
  print(`  ${JSON.stringify(verdict.counts)}; logs in ${result.directory}`);
  for (const { kind, text } of verdict.violations) print(`  ${kind}: ${text}`);
  for (const output of suicides) print(`  a process ended by itself:\n${output}`);
  return false;
}

function spread(values: readonly number[]): string {
  if (values.length === 0) return '-';
  const sorted = values.toSorted((a, b) => a - b);
  return `${sorted[0]}/${sorted[Math.floor(sorted.length / 2)]}/${sorted.at(-1)} (min/median/max of ${sorted.length})`;
}
