import type { Picks } from '../instance/command.js';
import { decide } from './decide.js';
import type { DirectoryQuestion } from '../directory/directory.js';
import type { InstanceEvent } from '../instance/instance-event.js';
import { nameOf, type Graph } from '../graph/graph.js';
import type { Refusal } from '../instance/refusal.js';
import {
  draftInstance,
  type InstanceStatus,
  type NewInstance,
  type Suspension,
  type TakenEdge,
  type Task,
} from '../instance/instance-state.js';
import type { DecideContext } from './transition.js';

/** Approvals that one dry run gives at most; only a loop that no form leaves needs more. */
const MAX_DECISIONS = 2_000;

/** One node on the simulated way. */
export interface SimulatedStep {
  readonly nodeId: string;
  readonly name: string;
  readonly type: string;
  /** Who would get a task there, in order; `decided` when the rules would decide for them. */
  readonly people: readonly {
    readonly id: string;
    readonly name: string;
    readonly onBehalfOf: string | null;
    readonly decided: boolean;
  }[];
  /** Approvals of a quorum; null elsewhere. */
  readonly required: number | null;
}

/** What would happen to a form if everybody approved. */
export type Simulation =
  | {
      readonly kind: 'path';
      readonly status: InstanceStatus;
      readonly steps: readonly SimulatedStep[];
      readonly edges: readonly TakenEdge[];
      /** Why it would stop on the way. */
      readonly suspension: Suspension | null;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'needs'; readonly questions: readonly DirectoryQuestion[] };

/**
 * The way of a form through the process, as the engine itself would go it with every task approved in order. Nothing is
 * stored; ask the directory and call again on `needs`, as with `decide`.
 */
export function simulate(
  graph: Graph,
  input: NewInstance & { readonly picks?: Picks },
  context: DecideContext,
): Simulation {
  const applicant = { id: input.applicantId, kind: 'user', manages: false } as const;
  const approver = { id: 'system:simulation', kind: 'system', manages: false } as const;
  const picks = input.picks === undefined ? {} : { picks: input.picks };
  let decision = decide(graph, draftInstance(input), { type: 'start', actor: applicant, ...picks }, context);
  const events: InstanceEvent[] = [];
  for (let made = 0; ; made += 1) {
    if (decision.kind !== 'decided') return decision;
    events.push(...decision.events);
    const { state }: { state: typeof decision.state } = decision;
    const next: Task | undefined = state.tasks.find((task) => task.status === 'pending');
    if (state.status !== 'running' || next === undefined || made >= MAX_DECISIONS) {
      const { status, way, suspension } = state;
      return { kind: 'path', status, edges: way, steps: stepsOf(graph, events), suspension };
    }
    decision = decide(graph, state, { type: 'approve', actor: approver, task: next.key }, context);
  }
}

function stepsOf(graph: Graph, events: readonly InstanceEvent[]): readonly SimulatedStep[] {
  return events.flatMap((event): SimulatedStep[] => {
    if (event.type !== 'node_entered') return [];
    const { nodeId, visit } = event;
    const opened = events.find(
      (other) => other.type === 'run_opened' && other.nodeId === nodeId && other.visit === visit,
    );
    const people = events.flatMap((other) => {
      if (other.type !== 'task_opened' || other.task.nodeId !== nodeId || other.task.visit !== visit) return [];
      const { key, assigneeId: id, assigneeName: name, onBehalfOf } = other.task;
      const decided = events.some((e) => e.type === 'task_closed' && e.key === key && e.policy !== null);
      return [{ id, name, onBehalfOf, decided }];
    });
    return [
      {
        nodeId,
        name: nameOf(graph, nodeId),
        type: graph.nodes.get(nodeId)?.type ?? 'end',
        people,
        required: opened?.type === 'run_opened' ? opened.required : null,
      },
    ];
  });
}
