import type { Definition } from '../definition/definition.js';
import type { Fault } from '../form/fault.js';

/** Checks that every edge connects two steps of the definition, and that no two edges connect the same steps. */
export function checkEdges(definition: Definition): readonly Fault[] {
  const faults: Fault[] = [];
  const ids = new Set(definition.nodes.map((step) => step.id));
  const seen = new Map<string, number>();
  definition.edges.forEach((edge, i) => {
    for (const end of ['from', 'to'] as const) {
      if (!ids.has(edge[end])) faults.push({ path: `edges[${i}].${end}`, message: `There is no step ${edge[end]}.` });
    }
    const key = `${edge.from} ${edge.to}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, i);
    else
      faults.push({
        path: `edges[${i}]`,
        message: `edges[${first}] connects the same steps. Join the two conditions with ||.`,
      });
  });
  return faults;
}
