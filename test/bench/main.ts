import 'reflect-metadata';
import { loadavg } from 'node:os';

import { parseBenchOptions, USAGE } from './bench-options.js';
import { choosePinning } from './processes/cpu-pinning.js';
import { describeConditions } from './report/conditions.js';
import { writeLastRun } from './report/performance-document.js';
import { figureTable, ratioTable } from './report/table.js';
import { backlog } from './scenarios/backlog.js';
import { commitToWire } from './scenarios/commit-to-wire.js';
import { connections } from './scenarios/connections.js';
import { fanOut } from './scenarios/fan-out.js';
import { foreignTransaction } from './scenarios/foreign-transaction.js';
import { growth } from './scenarios/growth.js';
import { paced } from './scenarios/paced.js';
import { publishing } from './scenarios/publishing.js';
import type { Scenario } from './scenarios/scenario.js';
import { sending } from './scenarios/sending.js';
import { stalled } from './scenarios/stalled.js';
import { storm } from './scenarios/storm.js';
import { unicast } from './scenarios/unicast.js';

/** `npm run bench`: runs the scenarios, prints every figure and every ratio with its target. */

const SCENARIOS: readonly Scenario[] = [
  fanOut,
  unicast,
  growth,
  connections,
  paced,
  storm,
  stalled,
  publishing,
  sending,
  backlog,
  commitToWire,
  foreignTransaction,
];

/** Relative to dist/test/bench. */
const DOCUMENT = new URL('../../../docs/performance.md', import.meta.url);

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) return console.log(USAGE);
  const options = parseBenchOptions(
    args,
    SCENARIOS.map(({ name }) => name),
  );
  const pinning = choosePinning();
  const startedAt = new Date();
  const loadBefore = loadavg();
  const sections: string[] = [];
  for (const scenario of SCENARIOS.filter(({ name }) => options.scenarios.includes(name))) {
    const { figures, ratios } = await scenario.measure({ options, pinning, progress: (line) => console.error(line) });
    sections.push(
      [
        `### ${scenario.title}`,
        ...(figures.length > 0 ? [figureTable(figures)] : []),
        ...(ratios.length > 0 ? [ratioTable(ratios)] : []),
      ].join('\n\n'),
    );
  }
  const lastRun = [describeConditions(options, pinning, loadBefore, startedAt), ...sections].join('\n\n');
  console.log(lastRun);
  if (options.write) writeLastRun(DOCUMENT, lastRun);
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
