import type { Leftovers, LoadQuestions, ServerQuestions, StreamTarget } from './processes/messages.js';
import { AskedProcess } from './processes/bench-process.js';
import { verdictOf } from './soak-verdict.js';

/**
 * `npm run soak`: hours of streams that come and go, with a look at what the server holds each time all of them have left.
 * `SOAK_MINUTES` says for how long (60). Exit code 1 when something grows: heap, handles, listeners, open files.
 */

const minutes = Number(process.env['SOAK_MINUTES'] ?? 60);

/** Looks at the least: fewer say nothing about growth. */
const LOOKS = 12;
const LONGEST_CYCLE_S = 60;

const STREAMS = 200;
const USERS = 2_000;
const MAX_LIFE_MS = 3_000;
const EVENTS_PER_SECOND = 50;

/** More than the log and the ring keep, so that both are full before the first look. */
const HISTORY = 12_000;

/** What is given back late (queues, the sweep of rates every 30 s) is given back by then. */
const SETTLE_MS = 1_500;

async function soak(): Promise<void> {
  if (!(minutes > 0 && minutes <= 7 * 24 * 60)) {
    throw new Error(`SOAK_MINUTES is a number of minutes up to a week; got ${process.env['SOAK_MINUTES']}.`);
  }
  const cycleSeconds = Math.min(LONGEST_CYCLE_S, (minutes * 60) / LOOKS);
  const server = AskedProcess.start<ServerQuestions>(new URL('processes/server-child.js', import.meta.url), 'server', {
    command: [],
    nodeArguments: ['--expose-gc'],
  });
  const load = AskedProcess.start<LoadQuestions>(new URL('processes/load-child.js', import.meta.url), 'load', {
    command: [],
    nodeArguments: [],
  });
  try {
    const target = await server.ask('listen', { server: 'herald' });
    await server.ask('grow', { history: HISTORY });
    const looks: Leftovers[] = [];
    const end = Date.now() + minutes * 60_000;
    console.log('   min   connects     events   heap MB    RSS MB  handles  listeners  files');
    let connects = 0;
    let events = 0;
    // One cycle before the first look: code is compiled and pools have their size by then.
    for (let cycle = 0; cycle === 0 || Date.now() < end; cycle++) {
      const done = await oneCycle(server, load, target, cycleSeconds);
      connects += done.connects;
      events += done.events;
      if (done.refused > 0) throw new Error(`${done.refused} streams were refused.`);
      const look = await server.ask('leftovers', {});
      if (cycle > 0) looks.push(look);
      const elapsed = (minutes * 60_000 - (end - Date.now())) / 60_000;
      console.log(
        `${elapsed.toFixed(1).padStart(6)} ${String(connects).padStart(10)} ${String(events).padStart(10)}` +
          `${megabytes(look.heapBytes)}${megabytes(look.rssBytes)}` +
          `${String(look.handles).padStart(9)}${String(look.listeners).padStart(11)}${String(look.openFiles).padStart(7)}`,
      );
    }
    const verdict = verdictOf(looks);
    for (const line of verdict.lines) console.log(line);
    if (!verdict.isStable) process.exitCode = 1;
  } finally {
    await server.stop();
    await load.stop();
  }
}

async function oneCycle(
  server: AskedProcess<ServerQuestions>,
  load: AskedProcess<LoadQuestions>,
  target: StreamTarget,
  seconds: number,
) {
  const [, done] = await Promise.all([
    server.ask('pace', {
      to: 'everyone',
      users: USERS,
      perSecond: EVENTS_PER_SECOND,
      events: Math.floor(seconds * EVENTS_PER_SECOND),
    }),
    load.ask('churn', { target, seconds, streams: STREAMS, users: USERS, maxLifeMs: MAX_LIFE_MS }),
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
