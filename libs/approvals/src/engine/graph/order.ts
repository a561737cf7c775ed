import type { Definition, Edge } from '../definition/definition.js';

/** The edges, without those that close a deliberate loop. */
export function forwardEdges(definition: Definition): readonly Edge[] {
  return definition.edges.filter((edge) => edge.loop !== true);
}

/**
 * Sorts the steps so that every forward edge leads to a later step.
 *
 * @returns the order, and the steps that are on a cycle of forward edges, or after one
 */
export function topologicalOrder(definition: Definition): { order: readonly string[]; cyclic: ReadonlySet<string> } {
  const edges = forwardEdges(definition);
  const incoming = new Map(definition.nodes.map((step) => [step.id, 0]));
  for (const edge of edges) incoming.set(edge.to, (incoming.get(edge.to) ?? 0) + 1);
  const ready = definition.nodes.map((step) => step.id).filter((id) => incoming.get(id) === 0);
  const order: string[] = [];
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    order.push(id);
    for (const edge of edges) {
      if (edge.from !== id) continue;
      const left = (incoming.get(edge.to) ?? 0) - 1;
      incoming.set(edge.to, left);
      if (left === 0) ready.push(edge.to);
    }
  }
  const sorted = new Set(order);
  return { order, cyclic: new Set(definition.nodes.map((step) => step.id).filter((id) => !sorted.has(id))) };
}

/** For each step, the steps that can be reached from it over at least one edge. */
export function reachability(
  steps: readonly { readonly id: string }[],
  edges: readonly Edge[],
): Map<string, ReadonlySet<string>> {
  const next = new Map<string, string[]>(steps.map((step) => [step.id, []]));
  for (const edge of edges) next.get(edge.from)?.push(edge.to);
  const reach = new Map<string, ReadonlySet<string>>();
  for (const { id } of steps) {
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
