/**
 * A process of publishers: `node --import test/support/ts-loader.mjs test/chaos/load/publisher-process.ts <load as JSON>`.
 * Prints `ready`, then a line of figures now and then; ends on SIGTERM, behind its running transactions, with a last one.
 */
import { pathToFileURL } from 'node:url';
import { seededRandom } from '../seeded-random.js';
import { sendOverHttp } from './http-sender.js';
import { PublisherDesk } from './publisher-context.js';
import type { PublisherFigures, PublisherLoad } from './publisher-load.js';
import { writeTransactions } from './transaction-writer.js';

const TELL_MS = 100;

const load = JSON.parse(process.argv[2] ?? '') as PublisherLoad;
const desk = new PublisherDesk(load);
process.on('SIGTERM', () => desk.stop());
const { createPostgresSse } = (await import(
  pathToFileURL(load.postgresEntry).href
)) as typeof import('@nest-herald/sse/postgres');
const sse = createPostgresSse({
  connectionString: load.databaseUrl,
  nodeId: 'publishers',
  shards: load.shards,
  onError: (_what, error) => desk.failed(error),
});
process.stdout.write('ready\n');
const tell = (): void => {
  const figures: PublisherFigures = { acknowledged: desk.acknowledged, failures: [...desk.failures] };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
};
const telling = setInterval(tell, TELL_MS);
const randomOf = (worker: number) => seededRandom(load.seed * 1_000 + worker);
await Promise.all([
  ...Array.from({ length: load.writers }, (_, worker) => writeTransactions(desk, sse.eventLog, randomOf(worker))),
  ...Array.from({ length: load.senders }, (_, worker) => sendOverHttp(desk, randomOf(500 + worker))),
]);
clearInterval(telling);
await sse.stop();
desk.close();
tell();
