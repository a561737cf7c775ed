import type { DirectoryQuestion } from '../directory/directory.js';
import { stepName, type Graph } from '../graph/graph.js';
import type { Picks } from '../instance/command.js';
import type { InstanceEvent } from '../instance/instance-event.js';
import {
  draftInstance,
  type InstanceStatus,
  type NewInstance,
  type Suspension,
  type TakenEdge,
  type Task,
} from '../instance/instance-state.js';
import type { EngineRefusal } from '../instance/refusal.js';
import { decide } from './decide.js';
import type { DecideContext } from './transition.js';

/** Most approvals of one simulation. Only a loop that no form leaves needs more. */
const MAX_DECISIONS = 2_000;

/** One step of a simulation. */
export interface SimulatedStep {
  readonly nodeId: string;
  readonly name: string;
  readonly type: string;
  /** The people who would get a task, in order. `decided`: the rules would decide for them. */
  readonly people: readonly {
    readonly id: string;
    readonly name: string;
    readonly onBehalfOf: string | null;
    readonly decided: boolean;
  }[];
  /** The approvals that a quorum requires; null in other modes. */
  readonly required: number | null;
}

/** What would happen to a form if all assignees approved. */
export type Simulation =
  | {
      readonly kind: 'path';
      readonly status: InstanceStatus;
      readonly steps: readonly SimulatedStep[];
      readonly edges: readonly TakenEdge[];
      /** Why the instance would be suspended; null when it would not. */
      readonly suspension: Suspension | null;
    }
  | { readonly kind: 'refused'; readonly refusal: EngineRefusal }
  | { readonly kind: 'needs'; readonly questions: readonly DirectoryQuestion[] };

/**
 * Simulates a form: `decide` submits it and approves its tasks in order. Nothing is stored. While the answer is `needs`, the
 * caller adds the directory's answers and calls again, as with `decide`.
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
  for (let approvals = 0; ; approvals += 1) {
    if (decision.kind !== 'decided') return decision;
    events.push(...decision.events);
    const { state }: { state: typeof decision.state } = decision;
    const next: Task | undefined = state.tasks.find((task) => task.status === 'pending');
    if (state.status !== 'running' || next === undefined || approvals >= MAX_DECISIONS) {
      const { status, way: edges, suspension } = state;
      return { kind: 'path', status, edges, steps: stepsOf(graph, events), suspension };
    }
    decision = decide(graph, state, { type: 'approve', actor: approver, task: next.key }, context);
  }
}

function stepsOf(graph: Graph, events: readonly InstanceEvent[]): readonly SimulatedStep[] {
  return events.flatMap((event): SimulatedStep[] => {
    if (event.type !== 'step_entered') return [];
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
        name: stepName(graph, nodeId),
        type: graph.steps.get(nodeId)?.type ?? 'end',
        people,
        required: opened?.type === 'run_opened' ? opened.required : null,
      },
    ];
  });
}
