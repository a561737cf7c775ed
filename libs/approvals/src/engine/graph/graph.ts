import type { Definition, Edge, Node, WorkNode } from '../definition/definition.js';
import { conditionCompiler, type Condition } from '../expression/condition.js';

/** An edge with its condition ready to run. */
export interface GraphEdge extends Edge {
  /** Present on the conditional ways out of a condition node. */
  readonly condition: Condition | undefined;
}

/** A checked definition made ready to run; immutable, so one per version may be shared by all instances. */
export interface Graph {
  readonly definition: Definition;
  readonly startId: string;
  readonly nodes: ReadonlyMap<string, Node>;
  /** Every node after all nodes that lead to it, loops left out. */
  readonly order: readonly string[];
  readonly outgoing: ReadonlyMap<string, readonly GraphEdge[]>;
  /** The nodes that can be reached from a node over at least one edge, loops left out. */
  readonly after: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Makes a definition ready to run.
 *
 * @param definition one that `parseDefinition` returned; others may give a graph on which the engine suspends instances
 */
export function compileGraph(definition: Definition): Graph {
  const compiler = conditionCompiler(definition.formSchema);
  const outgoing = new Map<string, GraphEdge[]>(definition.nodes.map((node) => [node.id, []]));
  for (const edge of definition.edges) {
    const compiled = edge.when === undefined ? undefined : compiler.compile(edge.when);
    outgoing.get(edge.from)?.push({
      ...edge,
      condition: compiled !== undefined && 'condition' in compiled ? compiled.condition : undefined,
    });
  }
  return {
    definition,
    startId: definition.nodes.find((node) => node.type === 'start')?.id ?? '',
    nodes: new Map(definition.nodes.map((node) => [node.id, node])),
    order: topologicalOrder(definition).order,
    outgoing,
    after: reachability(definition.nodes, forwardEdges(definition)),
  };
}

/** Whether `node` is one at which people act. */
export function isWork(node: Node | undefined): node is WorkNode {
  return node?.type === 'approve' || node?.type === 'handle';
}

/** Whether an unmarked way leads from one node to the other. */
export function leadsTo(graph: Graph, from: string, to: string): boolean {
  return graph.after.get(from)?.has(to) ?? false;
}

/** What people read for a node. */
export function nameOf(graph: Graph, nodeId: string): string {
  return graph.nodes.get(nodeId)?.name ?? nodeId;
}

/** The edges without those marked as the way back of a loop. */
export function forwardEdges(definition: Definition): readonly Edge[] {
  return definition.edges.filter((edge) => edge.loop !== true);
}

/**
 * Orders the nodes so that every edge points forward.
 *
 * @returns the order, and the nodes that lie on (or behind) a cycle of unmarked edges
 */
export function topologicalOrder(definition: Definition): { order: readonly string[]; cyclic: ReadonlySet<string> } {
  const edges = forwardEdges(definition);
  const open = new Map(definition.nodes.map((node) => [node.id, 0]));
  for (const edge of edges) open.set(edge.to, (open.get(edge.to) ?? 0) + 1);
  const ready = definition.nodes.map((node) => node.id).filter((id) => open.get(id) === 0);
  const order: string[] = [];
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    order.push(id);
    for (const edge of edges) {
      if (edge.from !== id) continue;
      const left = (open.get(edge.to) ?? 0) - 1;
      open.set(edge.to, left);
      if (left === 0) ready.push(edge.to);
    }
  }
  const done = new Set(order);
  return { order, cyclic: new Set(definition.nodes.map((node) => node.id).filter((id) => !done.has(id))) };
}

/** For each node, the nodes that the edges lead to. */
export function reachability(
  nodes: readonly { readonly id: string }[],
  edges: readonly Edge[],
): Map<string, ReadonlySet<string>> {
  const next = new Map<string, string[]>(nodes.map((node) => [node.id, []]));
  for (const edge of edges) next.get(edge.from)?.push(edge.to);
  const reach = new Map<string, ReadonlySet<string>>();
  for (const { id } of nodes) {
    const found = new Set<string>();
    const open = [...(next.get(id) ?? [])];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (found.has(at)) continue;
      found.add(at);
      open.push(...(next.get(at) ?? []));
    }
    reach.set(id, found);
  }
  return reach;
}
