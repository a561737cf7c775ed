import { isTaskStep } from '../graph/graph.js';
import { advance } from './advance.js';
import { openRun } from './step-run.js';
import type { Transition } from './transition.js';

/** Continues an instance after a suspension: resolves the people of steps that had none, and moves the tokens. */
export function continueInstance(transition: Transition): void {
  for (const run of transition.state.runs) {
    const step = transition.graph.steps.get(run.nodeId);
    if (run.status !== 'active' || run.opened || !isTaskStep(step)) continue;
    // A step that still has no people suspends the instance again.
    if (transition.state.status === 'running') openRun(transition, step, run);
  }
  advance(transition);
}
