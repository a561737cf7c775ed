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

/** One round of everything: 9 kills (and one of the broker), 2 SIGSTOPs, every kind of broken line. */
const ROUND: readonly (readonly [Fault, times: number])[] = [
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

/** Faults in the order of a seed. */
export function faultRounds(random: SeededRandom, rounds: number): readonly Fault[] {
  const one = ROUND.flatMap(([fault, times]) => Array.from({ length: times }, () => fault));
  const all = Array.from({ length: rounds }, () => random.shuffle(one)).flat();
  // An orderly restart among the disorderly ones.
  return [...all, rollingRestart];
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
