import type { ChaosOptions } from './chaos-options.js';
import { BrokerServer } from '../support/broker-server.js';
import { PostgresServer } from './cluster/postgres-server.js';
import { catchMutant, isCaught, MUTANTS, runScenario } from './mutants/run-mutant.js';
import { type ScenarioName, SCENARIOS } from './mutants/scenarios.js';
import { killsOf, runProfile } from './profile.js';
import type { RunResult } from './run.js';

const ROUNDS_PER_RUN = 2;
/** Below the 20,000 rows per tenant that a replay reads; beyond them a `resync` would excuse losses. */
const EVENTS_PER_RUN = 75_000;

/**
 * Runs seeds one after the other until both time and events are reached, then every scenario without and with its mutants. Prints
 * seed, figures and verdict of each run. The logs of a bad run stay in the directory that it prints.
 * @returns whether every guarantee held and every mutant was caught.
 */
export async function runLong(options: ChaosOptions, print: (line: string) => void): Promise<boolean> {
  const endAt = Date.now() + options.minutes * 60_000;
  const sum = { runs: 0, acknowledged: 0, rolledBack: 0, unknown: 0, delivered: 0, stops: 0 };
  const kills: Record<string, number> = {};
  const failovers: number[] = [];
  let isClean = true;
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
        servers: 3,
        tenants: 4,
        shards: 1 + (seed % 2),
        rounds: ROUNDS_PER_RUN,
        pauseMs: [100, 800],
        events: Math.min(options.events, EVENTS_PER_RUN),
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
      isClean = report(`seed ${seed}`, result, print) && isClean;
    } finally {
      if (typeof backplane !== 'string') await backplane.stop();
    }
  }
  if (options.mutants) isClean = (await runMutants(options, print)) && isClean;
  const total = Object.values(kills).reduce((all, times) => all + times, 0);
  print(`all: ${JSON.stringify(sum)}, ${total} kills ${JSON.stringify(kills)}, fail-over ms ${spread(failovers)}`);
  print(isClean ? 'verdict: every guarantee held' : 'verdict: FAILED, see above');
  return isClean;
}

async function runMutants({ seed, postgres: version }: ChaosOptions, print: (line: string) => void): Promise<boolean> {
  const postgres = await PostgresServer.create(version);
  let isClean = true;
  try {
    for (const name of Object.keys(SCENARIOS) as ScenarioName[]) {
      const control = await runScenario(postgres, name, seed, null);
      isClean = report(`scenario "${name}" without a mutant`, control, print) && isClean;
    }
    for (const mutant of MUTANTS) {
      const result = await catchMutant(postgres, mutant, seed);
      const caught = isCaught(mutant, result);
      print(
        `${caught ? 'caught' : 'MISSED'}: ${mutant.name} (seed ${result.plan.seed}) ${JSON.stringify(result.verdict.counts)}, ${result.seconds} s`,
      );
      if (caught) result.discard();
      isClean &&= caught;
    }
  } finally {
    await postgres.destroy();
  }
  return isClean;
}

/** @returns whether the run has no violation. */
function report(what: string, result: RunResult, print: (line: string) => void): boolean {
  const { verdict, tally, seconds, unexpectedExits } = result;
  const isClean = verdict.violations.length === 0 && unexpectedExits.length === 0;
  print(
    `${isClean ? 'ok' : 'BAD'} ${what}: ${JSON.stringify(verdict.figures)}, ${killsOf(result)} kills ${JSON.stringify(tally.kills)}, ` +
      `${tally.stops} SIGSTOPs, ${JSON.stringify(tally.others)}, fail-over ms ${spread(tally.failoversMs)}, ${seconds} s`,
  );
  if (isClean) {
    result.discard();
    return true;
  }
  print(`  ${JSON.stringify(verdict.counts)}; logs in ${result.directory}`);
  for (const { kind, text } of verdict.violations) print(`  ${kind}: ${text}`);
  for (const output of unexpectedExits) print(`  a process ended unexpectedly:\n${output}`);
  return false;
}

function spread(values: readonly number[]): string {
  if (values.length === 0) return '-';
  const sorted = values.toSorted((a, b) => a - b);
  return `${sorted[0]}/${sorted[Math.floor(sorted.length / 2)]}/${sorted.at(-1)} (min/median/max of ${sorted.length})`;
}
