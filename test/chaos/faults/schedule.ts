import { setTimeout as delay } from 'node:timers/promises';
import type { SeededRandom } from '../seeded-random.js';
import type { Fault, FaultContext } from './fault.js';
import {
  cutClients,
  cutDatabase,
  delayClients,
  holdClients,
  holdDatabase,
  killAllServers,
  killAnyServer,
  killBroker,
  killOwner,
  killPostgres,
  reconnectStorm,
  rollingRestart,
  pauseAnyServer,
  pauseOwner,
} from './faults.js';

type Counted = readonly (readonly [Fault, times: number])[];

/** 20 kills of three servers and of PostgreSQL, 3 SIGSTOPs of owners, and every kind of connection fault once. */
const SHORT: Counted = [
  [killOwner, 6],
  [killAnyServer, 6],
  [killAllServers, 2],
  [killPostgres, 2],
  [killBroker, 1],
  [pauseOwner, 3],
  [cutClients, 1],
  [holdClients, 1],
  [delayClients, 1],
  [cutDatabase, 1],
  [holdDatabase, 1],
  [reconnectStorm, 1],
  [rollingRestart, 1],
];

/** One round of everything: 10 kills (and one of the broker), 3 SIGSTOPs, every kind of connection fault. */
const ROUND: Counted = [
  [killOwner, 3],
  [killAnyServer, 3],
  [killAllServers, 1],
  [killPostgres, 1],
  [killBroker, 1],
  [pauseOwner, 2],
  [pauseAnyServer, 1],
  [cutClients, 2],
  [holdClients, 1],
  [delayClients, 1],
  [cutDatabase, 1],
  [holdDatabase, 1],
  [reconnectStorm, 1],
];

/** Rounds of faults in the order of a seed, followed by an orderly restart. */
export function faultRounds(random: SeededRandom, rounds: number): readonly Fault[] {
  const all = Array.from({ length: rounds }, () => random.shuffle(flat(ROUND))).flat();
  return [...all, rollingRestart];
}

/** The faults of the short profile in the order of a seed. */
export function shortFaults(random: SeededRandom): readonly Fault[] {
  return random.shuffle(flat(SHORT));
}

function flat(counted: Counted): Fault[] {
  return counted.flatMap(([fault, times]) => Array.from({ length: times }, () => fault));
}

/** Runs faults one after the other, with random pauses; `isOver` ends the sequence early. */
export async function runFaults(
  faults: readonly Fault[],
  context: FaultContext,
  pauseMs: readonly [number, number],
  isOver: () => boolean = () => false,
): Promise<void> {
  for (const fault of faults) {
    if (isOver()) return;
    await delay(context.random.whole(...pauseMs));
    await fault(context);
  }
}
