import type { Node } from '../definition/definition.js';
import { isWork, nameOf, type Graph } from '../graph/graph.js';
import { tasksOf, visitsOf, type InstanceState, type NodeRun, type TaskStatus } from '../instance/instance-state.js';

/** How a node is drawn: not reached, on the way into it, people at work, nobody found, and how it ended. */
export type NodeState = 'idle' | 'waiting' | 'active' | 'blocked' | 'done' | 'rejected' | 'returned' | 'cancelled';

/** A node with its place: `layer` counts steps from the start (left to right), `lane` the nodes of one layer. */
export interface DiagramNode {
  readonly id: string;
  readonly type: Node['type'];
  readonly name: string;
  readonly layer: number;
  readonly lane: number;
  readonly state: NodeState;
  readonly visits: number;
  /** The people of the latest visit. */
  readonly people: readonly { readonly id: string; readonly name: string; readonly status: TaskStatus }[];
}

/** An edge, and whether the instance took it (ways undone by a return are not drawn as taken). */
export interface DiagramEdge {
  readonly from: string;
  readonly to: string;
  readonly when: string | null;
  readonly default: boolean;
  readonly loop: boolean;
  readonly taken: boolean;
}

/** Everything that a page needs to draw a process. */
export interface Diagram {
  readonly nodes: readonly DiagramNode[];
  readonly edges: readonly DiagramEdge[];
}

/** A process as a drawing; with an instance, where it is and which way it came. */
export function diagramOf(graph: Graph, state?: InstanceState): Diagram {
  const places = layout(graph);
  const nodes = graph.definition.nodes.map((node): DiagramNode => {
    const run = state?.runs.findLast((other) => other.nodeId === node.id);
    const tasks = state === undefined || run === undefined ? [] : tasksOf(state, run);
    return {
      id: node.id,
      type: node.type,
      name: nameOf(graph, node.id),
      ...(places.get(node.id) ?? { layer: 0, lane: 0 }),
      state: state === undefined ? 'idle' : nodeState(state, node, run),
      visits: state === undefined ? 0 : visitsOf(state, node.id),
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

function nodeState(state: InstanceState, node: Node, run: NodeRun | undefined): NodeState {
  if (state.suspension?.nodeId === node.id) return 'blocked';
  const token = state.tokens.find((other) => other.nodeId === node.id);
  if (token !== undefined) return token.phase;
  if (isWork(node)) {
    if (run === undefined || (run.voided && run.status === 'approved')) return 'idle';
    return run.status === 'approved' ? 'done' : run.status;
  }
  const passed = node.type === 'end' ? 'to' : 'from';
  return state.way.some((edge) => edge[passed] === node.id) ? 'done' : 'idle';
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
