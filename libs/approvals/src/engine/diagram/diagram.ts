import type { Step } from '../definition/definition.js';
import { isTaskStep, stepName, type Graph } from '../graph/graph.js';
import { tasksOf, visitsOf, type InstanceState, type StepRun, type TaskStatus } from '../instance/instance-state.js';

/** How a step is drawn. `waiting`: a token is before it; `blocked`: it has no people to act. */
export type StepState = 'idle' | 'waiting' | 'active' | 'blocked' | 'done' | 'rejected' | 'returned' | 'cancelled';

/** A step with its position: `layer` is its distance from the start, `lane` its position in the layer. */
export interface DiagramStep {
  readonly id: string;
  readonly type: Step['type'];
  readonly name: string;
  readonly layer: number;
  readonly lane: number;
  readonly state: StepState;
  readonly visits: number;
  /** The people of the last visit. */
  readonly people: readonly { readonly id: string; readonly name: string; readonly status: TaskStatus }[];
}

/** An edge. `taken`: the instance took it, and no return undid it. */
export interface DiagramEdge {
  readonly from: string;
  readonly to: string;
  readonly when: string | null;
  readonly default: boolean;
  readonly loop: boolean;
  readonly taken: boolean;
}

/** What a page needs to draw a process. */
export interface Diagram {
  readonly nodes: readonly DiagramStep[];
  readonly edges: readonly DiagramEdge[];
}

/** Lays out a process; with the state of an instance, also its position and the edges that it took. */
export function diagramOf(graph: Graph, state?: InstanceState): Diagram {
  const positions = layout(graph);
  const nodes = graph.definition.nodes.map((step): DiagramStep => {
    const run = state?.runs.findLast((other) => other.nodeId === step.id);
    const tasks = state === undefined || run === undefined ? [] : tasksOf(state, run);
    return {
      id: step.id,
      type: step.type,
      name: stepName(graph, step.id),
      ...(positions.get(step.id) ?? { layer: 0, lane: 0 }),
      state: state === undefined ? 'idle' : stepState(state, step, run),
      visits: state === undefined ? 0 : visitsOf(state, step.id),
      people: tasks.map((task) => ({ id: task.assigneeId, name: task.assigneeName, status: task.status })),
    };
  });
  const edges = graph.definition.edges.map((edge) => ({
    from: edge.from,
    to: edge.to,
    when: edge.when ?? null,
    default: edge.default === true,
    loop: edge.loop === true,
    taken: state?.way.some((taken) => taken.from === edge.from && taken.to === edge.to) ?? false,
  }));
  return { nodes, edges };
}

function stepState(state: InstanceState, step: Step, run: StepRun | undefined): StepState {
  if (state.suspension?.nodeId === step.id) return 'blocked';
  const token = state.tokens.find((other) => other.nodeId === step.id);
  if (token !== undefined) return token.phase;
  if (isTaskStep(step)) {
    if (run === undefined || (run.voided && run.status === 'approved')) return 'idle';
    return run.status === 'approved' ? 'done' : run.status;
  }
  const passed = step.type === 'end' ? 'to' : 'from';
  return state.way.some((edge) => edge[passed] === step.id) ? 'done' : 'idle';
}

function layout(graph: Graph): ReadonlyMap<string, { layer: number; lane: number }> {
  const layers = new Map<string, number>(graph.order.map((id) => [id, 0]));
  for (const id of graph.order) {
    for (const edge of graph.outgoing.get(id) ?? []) {
      if (edge.loop !== true) layers.set(edge.to, Math.max(layers.get(edge.to) ?? 0, (layers.get(id) ?? 0) + 1));
    }
  }
  const used = new Map<number, number>();
  return new Map(
    graph.order.map((id) => {
      const layer = layers.get(id) ?? 0;
      const lane = used.get(layer) ?? 0;
      used.set(layer, lane + 1);
      return [id, { layer, lane }];
    }),
  );
}
