import { setTimeout as delay } from 'node:timers/promises';
import type { SeededRandom } from '../seeded-random.js';
import type { Fault, FaultContext } from './fault.js';
import {
  cutClients,
  cutDatabase,
  delayClients,
  holdClients,
  holdDatabase,
  killAllNodes,
  killAnyNode,
  killBroker,
  killOwner,
  killPostgres,
  reconnectStorm,
  rollingRestart,
  stopAnyNode,
  stopOwner,
} from './faults.js';

type Counted = readonly (readonly [Fault, times: number])[];

/** 20 kills of three nodes and of PostgreSQL, 3 SIGSTOPs of owners, and every kind of broken line once. */
const SHORT: Counted = [
  [killOwner, 6],
  [killAnyNode, 6],
  [killAllNodes, 2],
  [killPostgres, 2],
  [killBroker, 1],
  [stopOwner, 3],
  [cutClients, 1],
  [holdClients, 1],
  [delayClients, 1],
  [cutDatabase, 1],
  [holdDatabase, 1],
  [reconnectStorm, 1],
  [rollingRestart, 1],
];

/** One round of everything: 10 kills (and one of the broker), 3 SIGSTOPs, every kind of broken line. */
const ROUND: Counted = [
  [killOwner, 3],
  [killAnyNode, 3],
  [killAllNodes, 1],
  [killPostgres, 1],
  [killBroker, 1],
  [stopOwner, 2],
  [stopAnyNode, 1],
  [cutClients, 2],
  [holdClients, 1],
  [delayClients, 1],
  [cutDatabase, 1],
  [holdDatabase, 1],
  [reconnectStorm, 1],
];

/** Rounds of faults in the order of a seed, and an orderly restart behind them. */
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

/** Runs faults one after the other, with random pauses. `isOver` ends it early. */
export async function inflict(
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
