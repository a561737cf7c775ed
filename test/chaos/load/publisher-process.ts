/**
 * A process of publishers: `node dist/test/chaos/load/publisher-process.js <load as JSON>`.
 * Prints `ready`, then figures as JSON lines. On SIGTERM it finishes its transactions, prints the last figures and ends.
 */
import { pathToFileURL } from 'node:url';
import { seededRandom } from '../seeded-random.js';
import { sendOverHttp } from './http-sender.js';
import { PublisherContext } from './publisher-context.js';
import type { PublisherFigures, PublisherLoad } from './publisher-load.js';
import { writeTransactions } from './transaction-writer.js';

const REPORT_MS = 100;

const load = JSON.parse(process.argv[2] ?? '') as PublisherLoad;
const context = new PublisherContext(load);
process.on('SIGTERM', () => context.stop());
const { createPostgresSse } = (await import(
  pathToFileURL(load.postgresEntry).href
)) as typeof import('@nest-herald/sse/postgres');
const sse = createPostgresSse({
  connectionString: load.databaseUrl,
  nodeId: 'publishers',
  shards: load.shards,
  onError: (_what, error) => context.failed(error),
});
process.stdout.write('ready\n');
const report = (): void => {
  const figures: PublisherFigures = { acknowledged: context.acknowledged, failures: [...context.failures] };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
};
const timer = setInterval(report, REPORT_MS);
const randomOf = (worker: number) => seededRandom(load.seed * 1_000 + worker);
await Promise.all([
  ...Array.from({ length: load.writers }, (_, worker) => writeTransactions(context, sse.eventLog, randomOf(worker))),
  ...Array.from({ length: load.senders }, (_, worker) => sendOverHttp(context, randomOf(500 + worker))),
]);
clearInterval(timer);
await sse.stop();
context.close();
report();
