import type { RetainedResources, LoadRequests, ServerRequests, StreamTarget } from './processes/messages.js';
import { BenchProcess } from './processes/bench-process.js';
import { verdictOf } from './soak-verdict.js';

/**
 * `npm run soak`: opens and closes streams for hours, and samples the server's resources each time all streams have ended.
 * `SOAK_MINUTES` sets the duration (default 60). Exit code 1 if heap, handles, listeners or open files grow.
 */

const minutes = Number(process.env['SOAK_MINUTES'] ?? 60);

/** Least number of samples: fewer cannot show growth. */
const MIN_SAMPLES = 12;
const LONGEST_CYCLE_S = 60;

const STREAMS = 200;
const USERS = 2_000;
const MAX_LIFE_MS = 3_000;
const EVENTS_PER_SECOND = 50;

/** More than the log and the ring keep, so that both are full before the first sample. */
const HISTORY = 12_000;

/** Pause in which resources that are released late (queues, expired rates) are released. */
const SETTLE_MS = 1_500;

async function soak(): Promise<void> {
  if (!(minutes > 0 && minutes <= 7 * 24 * 60)) {
    throw new Error(`SOAK_MINUTES must be above 0 and at most a week; got ${process.env['SOAK_MINUTES']}.`);
  }
  const cycleSeconds = Math.min(LONGEST_CYCLE_S, (minutes * 60) / MIN_SAMPLES);
  const server = BenchProcess.start<ServerRequests>(new URL('processes/server-child.js', import.meta.url), 'server', {
    command: [],
    nodeArguments: ['--expose-gc'],
  });
  const load = BenchProcess.start<LoadRequests>(new URL('processes/load-child.js', import.meta.url), 'load', {
    command: [],
    nodeArguments: [],
  });
  try {
    const target = await server.request('listen', { server: 'herald' });
    await server.request('grow', { history: HISTORY });
    const samples: RetainedResources[] = [];
    const end = Date.now() + minutes * 60_000;
    console.log('   min   connects     events   heap MB    RSS MB  handles  listeners  files');
    let connects = 0;
    let events = 0;
    // One cycle before the first sample, so that code is compiled and pools have their size.
    for (let cycle = 0; cycle === 0 || Date.now() < end; cycle++) {
      const done = await oneCycle(server, load, target, cycleSeconds);
      connects += done.connects;
      events += done.events;
      if (done.refused > 0) throw new Error(`${done.refused} streams were refused.`);
      const sample = await server.request('retained', {});
      if (cycle > 0) samples.push(sample);
      const elapsed = (minutes * 60_000 - (end - Date.now())) / 60_000;
      console.log(
        `${elapsed.toFixed(1).padStart(6)} ${String(connects).padStart(10)} ${String(events).padStart(10)}` +
          `${megabytes(sample.heapBytes)}${megabytes(sample.rssBytes)}` +
          `${String(sample.handles).padStart(9)}${String(sample.listeners).padStart(11)}${String(sample.openFiles).padStart(7)}`,
      );
    }
    const verdict = verdictOf(samples);
    for (const line of verdict.lines) console.log(line);
    if (!verdict.isStable) process.exitCode = 1;
  } finally {
    await server.stop();
    await load.stop();
  }
}

async function oneCycle(
  server: BenchProcess<ServerRequests>,
  load: BenchProcess<LoadRequests>,
  target: StreamTarget,
  seconds: number,
) {
  const [, done] = await Promise.all([
    server.request('pace', {
      to: 'everyone',
      users: USERS,
      perSecond: EVENTS_PER_SECOND,
      events: Math.floor(seconds * EVENTS_PER_SECOND),
    }),
    load.request('churn', { target, seconds, streams: STREAMS, users: USERS, maxLifeMs: MAX_LIFE_MS }),
  ]);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return done;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1).padStart(10);
}

await soak().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
