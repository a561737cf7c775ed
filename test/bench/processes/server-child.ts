import 'reflect-metadata';
import { readdirSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

import { type BenchServer, listenersOf } from '../servers/bench-server.js';
import { wallClockMs } from '../load/arrivals.js';
import { benchEvent } from '../servers/bench-event.js';
import { startServer } from '../servers/server-registry.js';
import type {
  RetainedResources,
  PacePlan,
  PaceResult,
  RoundPlan,
  RunResult,
  ServerRequests,
  ServerUsage,
} from './messages.js';
import { serveRequests } from './bench-process.js';
import { RoundPacer } from './round-pacer.js';

/** The process under test: one server that publishes on request and measures its own CPU. */

/** Stride through the users, so that successive users are not adjacent in memory. It is prime, so it reaches every user. */
const USER_STRIDE = 7919;

let server: BenchServer | undefined;
let pacer: RoundPacer | undefined;
let published = 0;

/** Delay of the event loop, sampled every 10 ms. */
const loop = monitorEventLoopDelay({ resolution: 10 });

serveRequests<ServerRequests>({
  async listen({ server: name, database }) {
    server = await startServer(name, database);
    pacer = await RoundPacer.listen();
    return { port: server.port, controlPort: pacer.port, path: server.path, readyMarker: server.readyMarker };
  },
  run: (plan) => runRounds(plan),
  pace: (plan) => pace(plan),
  async publish({ events }) {
    const to = started();
    for (let i = 0; i < events; i++) await to.publishToAll(benchEvent(published++));
    return {};
  },
  async grow(by) {
    await started().grow?.(by);
    return {};
  },
  loopDelay() {
    const delay = { p99Ms: loop.percentile(99) / 1e6, maxMs: loop.max / 1e6 };
    loop.enable();
    loop.reset();
    return delay;
  },
  retained: retainedResources,
  logReads: () => ({ events: started().logReads?.() ?? 0 }),
  usage: ({ collect }) => usage(collect),
});

function started(): BenchServer {
  if (!server) throw new Error('The server is not started. Request "listen" first.');
  return server;
}

/** Publishes at a fixed rate. A late event is sent at once, so that the average rate holds. */
async function pace(plan: PacePlan): Promise<PaceResult> {
  const to = started();
  const publishedAt: number[] = Array.from({ length: plan.events }, () => 0);
  const accepting: Promise<void>[] = [];
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  for (let n = 0; n < plan.events; n++) {
    const wait = startedAt + (n * 1_000) / plan.perSecond - performance.now();
    if (wait > 0) await delay(wait);
    // A direct send is accepted when the call returns, and its frames have left by then. So its time is taken before the call.
    if (plan.to === 'everyone') {
      publishedAt[n] = wallClockMs();
      await to.publishToAll(benchEvent(n));
      continue;
    }
    const accepted = Promise.resolve(to.publishToUser(n % plan.users, benchEvent(n)));
    accepting.push(
      accepted.then(() => {
        publishedAt[n] = wallClockMs();
      }),
    );
  }
  await Promise.all(accepting);
  const cpu = process.cpuUsage(cpuBefore);
  return { publishedAt, cpuMicros: cpu.user + cpu.system };
}

async function runRounds(plan: RoundPlan): Promise<RunResult> {
  if (!server || !pacer) throw new Error('The server is not started. Request "listen" first.');
  const publishRound = plan.to === 'everyone' ? publishToEveryone : publishToSingleUsers;
  const before = published;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  let rounds = 0;
  while (rounds < plan.minRounds || performance.now() - startedAt < plan.minMs) {
    const arrived = pacer.reached(pacer.count + 1);
    await publishRound(server, plan);
    await arrived;
    rounds++;
  }
  const cpu = process.cpuUsage(cpuBefore);
  return {
    events: published - before,
    rounds,
    cpuMicros: cpu.user + cpu.system,
    wallMs: performance.now() - startedAt,
  };
}

/**
 * Publishes all events of the round within one turn of the event loop, each from its own callback, as if they came from
 * different requests. (From a single callback, node:http joins the `res.write`s itself and hides the difference.)
 */
async function publishToEveryone(to: BenchServer, plan: RoundPlan): Promise<void> {
  const accepting: Promise<unknown>[] = [];
  for (let i = 0; i < plan.eventsPerRound; i++) {
    accepting.push(nextTurn().then(() => to.publishToAll(benchEvent(published++))));
  }
  await Promise.all(accepting);
}

/** One user per turn of the event loop, as if each event came from its own request. */
async function publishToSingleUsers(to: BenchServer, plan: RoundPlan): Promise<void> {
  for (let i = 0; i < plan.eventsPerRound; i++) {
    const user = (published * USER_STRIDE) % plan.users;
    await to.publishToUser(user, benchEvent(published++));
    await nextTurn();
  }
}

function retainedResources(): RetainedResources {
  const { rssBytes } = usage(true);
  return {
    rssBytes,
    heapBytes: process.memoryUsage().heapUsed,
    handles: process.getActiveResourcesInfo().length,
    listeners: listenersOf(process) + (started().listeners?.() ?? 0),
    openFiles: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
  };
}

function usage(collect: boolean): ServerUsage {
  if (collect) {
    if (!globalThis.gc)
      throw new Error('A forced garbage collection is not possible. Start the process with --expose-gc.');
    // Twice: the first pass runs the finalizers, and the second frees their memory.
    globalThis.gc();
    globalThis.gc();
  }
  const cpu = process.cpuUsage();
  return { cpuMicros: cpu.user + cpu.system, rssBytes: process.memoryUsage.rss() };
}
