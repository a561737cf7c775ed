import type { Definition, Edge, Node } from '../definition/definition.js';
import { conditionCompiler } from '../expression/condition.js';
import { forwardEdges, isWork, reachability, topologicalOrder } from '../graph/graph.js';
import { joinPath, type Fault } from '../form/form-schema.js';

/** Checks the edges and the drawing as a whole: ends, ways out, conditions, reachability, cycles. */
export function checkGraph(definition: Definition): readonly Fault[] {
  const faults: Fault[] = [];
  checkEdges(definition, faults);
  if (faults.length > 0) return faults;
  checkTerminals(definition, faults);
  checkWaysOut(definition, faults);
  checkConditions(definition, faults);
  checkCycles(definition, faults);
  checkReachability(definition, faults);
  return faults;
}

function checkEdges(definition: Definition, faults: Fault[]): void {
  const ids = new Set(definition.nodes.map((node) => node.id));
  const seen = new Map<string, number>();
  definition.edges.forEach((edge, i) => {
    for (const end of ['from', 'to'] as const) {
      if (!ids.has(edge[end])) faults.push({ path: `edges[${i}].${end}`, message: `There is no node ${edge[end]}.` });
    }
    const key = `${edge.from} ${edge.to}`;
    const first = seen.get(key);
    if (first === undefined) seen.set(key, i);
    else
      faults.push({ path: `edges[${i}]`, message: `The same ends as edges[${first}]; join two conditions with ||.` });
  });
}

function checkTerminals(definition: Definition, faults: Fault[]): void {
  const starts = definition.nodes.flatMap((node, i) => (node.type === 'start' ? [i] : []));
  if (starts.length === 0)
    faults.push({ path: 'nodes', message: 'There is no start node; a process has exactly one.' });
  for (const i of starts.slice(1)) {
    faults.push({ path: joinPath('nodes', i), message: `A second start node beside nodes[${starts[0]}].` });
  }
  if (!definition.nodes.some((node) => node.type === 'end')) {
    faults.push({ path: 'nodes', message: 'There is no end node.' });
  }
  definition.edges.forEach((edge, i) => {
    if (typeOf(definition, edge.to) === 'start') {
      faults.push({
        path: `edges[${i}].to`,
        message: 'No edge leads to the start; returning to it is a verb, not an edge.',
      });
    }
    if (typeOf(definition, edge.from) === 'end') {
      faults.push({ path: `edges[${i}].from`, message: 'No edge leads out of an end node.' });
    }
  });
}

function checkWaysOut(definition: Definition, faults: Fault[]): void {
  definition.nodes.forEach((node, i) => {
    const path = joinPath('nodes', i);
    const out = outgoing(definition, node);
    if (node.type === 'condition') {
      const defaults = out.filter((edge) => edge.default === true).length;
      if (defaults !== 1) {
        faults.push({
          path,
          message: `Condition ${node.id} has ${defaults} default edges; exactly one must be marked.`,
        });
      }
      if (out.length < 2) {
        faults.push({ path, message: `Condition ${node.id} needs a default edge and at least one edge with when.` });
      }
    } else if (node.type !== 'end' && node.type !== 'parallel' && out.length > 1) {
      faults.push({
        path,
        message: `${out.length} edges lead out of ${node.id}; put a condition or parallel node behind it.`,
      });
    }
    if (node.type !== 'end' && out.length === 0) {
      faults.push({ path, message: `No edge leads out of ${node.id}; only end nodes are ends.` });
    }
  });
}

function checkConditions(definition: Definition, faults: Fault[]): void {
  const compiler = conditionCompiler(definition.formSchema);
  definition.edges.forEach((edge, i) => {
    const path = joinPath('edges', i);
    if (typeOf(definition, edge.from) !== 'condition') {
      for (const field of ['when', 'default', 'loop'] as const) {
        if (edge[field] !== undefined) {
          faults.push({ path: `${path}.${field}`, message: `Only edges out of a condition node may have ${field}.` });
        }
      }
    } else if (edge.default === true) {
      if (edge.when !== undefined) {
        faults.push({
          path: `${path}.when`,
          message: 'The default edge is taken when no other holds; it has no condition.',
        });
      }
    } else if (edge.when === undefined) {
      faults.push({ path: `${path}.when`, message: 'An edge out of a condition needs when, or default: true.' });
    }
    const compiled = edge.when === undefined ? undefined : compiler.compile(edge.when);
    if (compiled !== undefined && 'fault' in compiled) faults.push({ path: `${path}.when`, message: compiled.fault });
  });
}

function checkCycles(definition: Definition, faults: Fault[]): void {
  const { cyclic } = topologicalOrder(definition);
  const forward = reachability(definition.nodes, forwardEdges(definition));
  definition.edges.forEach((edge, i) => {
    const path = joinPath('edges', i);
    const back = edge.from === edge.to || forward.get(edge.to)?.has(edge.from) === true;
    if (edge.loop !== true) {
      if (cyclic.has(edge.from) && back) {
        faults.push({ path, message: `${edge.from} → ${edge.to} closes a cycle; mark the way back with loop: true.` });
      }
    } else if (!back) {
      faults.push({
        path: `${path}.loop`,
        message: `${edge.to} does not lead back to ${edge.from}; this edge is no loop.`,
      });
    } else if (runsWithoutPeople(definition, edge)) {
      faults.push({
        path: `${path}.loop`,
        message: 'The loop can turn without an approve or handle node, so it might never end.',
      });
    }
  });
}

/** Whether a way from the loop's target back to its source meets no node that waits for people. */
function runsWithoutPeople(definition: Definition, loop: Edge): boolean {
  const idle = new Set(definition.nodes.filter((node) => !isWork(node)).map((node) => node.id));
  if (!idle.has(loop.to)) return false;
  if (loop.to === loop.from) return true;
  const edges = forwardEdges(definition).filter((edge) => idle.has(edge.from) && idle.has(edge.to));
  return reachability(definition.nodes, edges).get(loop.to)?.has(loop.from) ?? false;
}

function checkReachability(definition: Definition, faults: Fault[]): void {
  const reach = reachability(definition.nodes, definition.edges);
  const start = definition.nodes.find((node) => node.type === 'start');
  const ends = definition.nodes.filter((node) => node.type === 'end');
  definition.nodes.forEach((node, i) => {
    const path = joinPath('nodes', i);
    if (start !== undefined && node.type !== 'start' && !reach.get(start.id)?.has(node.id)) {
      faults.push({ path, message: `${node.id} cannot be reached from the start.` });
    }
    if (node.type !== 'end' && ends.length > 0 && !ends.some((end) => reach.get(node.id)?.has(end.id))) {
      faults.push({ path, message: `No end can be reached from ${node.id}.` });
    }
  });
}

function outgoing(definition: Definition, node: Node): readonly Edge[] {
  return definition.edges.filter((edge) => edge.from === node.id);
}

function typeOf(definition: Definition, nodeId: string): Node['type'] | undefined {
  return definition.nodes.find((node) => node.id === nodeId)?.type;
}
