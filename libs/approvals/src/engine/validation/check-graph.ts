import type { Definition, Edge, Step } from '../definition/definition.js';
import { conditionCompiler } from '../expression/condition.js';
import { joinPath, type Fault } from '../form/fault.js';
import { isTaskStep } from '../graph/graph.js';
import { forwardEdges, reachability, topologicalOrder } from '../graph/order.js';

/** Checks the graph as a whole: start and end, edges out of each step, conditions, cycles, reachability. */
export function checkGraph(definition: Definition): readonly Fault[] {
  const faults: Fault[] = [];
  checkTerminals(definition, faults);
  checkOutgoing(definition, faults);
  checkConditions(definition, faults);
  checkCycles(definition, faults);
  checkReachability(definition, faults);
  return faults;
}

function checkTerminals(definition: Definition, faults: Fault[]): void {
  const starts = definition.nodes.flatMap((step, i) => (step.type === 'start' ? [i] : []));
  if (starts.length === 0) {
    faults.push({ path: 'nodes', message: 'There is no start step; a process has exactly one.' });
  }
  for (const i of starts.slice(1)) {
    faults.push({
      path: joinPath('nodes', i),
      message: `nodes[${starts[0]}] is a start step already; a process has exactly one.`,
    });
  }
  if (!definition.nodes.some((step) => step.type === 'end')) {
    faults.push({ path: 'nodes', message: 'There is no end step.' });
  }
  definition.edges.forEach((edge, i) => {
    if (typeOf(definition, edge.to) === 'start') {
      faults.push({
        path: `edges[${i}].to`,
        message: 'An edge cannot lead to the start step. An assignee returns an instance with the verb return.',
      });
    }
    if (typeOf(definition, edge.from) === 'end') {
      faults.push({ path: `edges[${i}].from`, message: 'An edge cannot lead out of an end step.' });
    }
  });
}

function checkOutgoing(definition: Definition, faults: Fault[]): void {
  definition.nodes.forEach((step, i) => {
    const path = joinPath('nodes', i);
    const out = outgoing(definition, step);
    if (step.type === 'condition') {
      const defaults = out.filter((edge) => edge.default === true).length;
      if (defaults !== 1) {
        faults.push({ path, message: `Condition ${step.id} has ${defaults} default edges; it needs exactly one.` });
      }
      if (out.length < 2) {
        faults.push({ path, message: `Condition ${step.id} needs a default edge and at least one edge with when.` });
      }
    } else if (step.type !== 'end' && step.type !== 'parallel' && out.length > 1) {
      faults.push({
        path,
        message: `${out.length} edges lead out of ${step.id}. Put a condition or parallel step after it.`,
      });
    }
    if (step.type !== 'end' && out.length === 0) {
      faults.push({ path, message: `No edge leads out of ${step.id}. Add an edge, or make it an end step.` });
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
          faults.push({ path: `${path}.${field}`, message: `Only edges out of a condition step can have ${field}.` });
        }
      }
    } else if (edge.default === true) {
      if (edge.when !== undefined) {
        faults.push({
          path: `${path}.when`,
          message: 'The default edge is taken when no other edge holds; it cannot have when.',
        });
      }
    } else if (edge.when === undefined) {
      faults.push({ path: `${path}.when`, message: 'An edge out of a condition step needs when, or default: true.' });
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
    const closesCycle = edge.from === edge.to || forward.get(edge.to)?.has(edge.from) === true;
    if (edge.loop !== true) {
      if (cyclic.has(edge.from) && closesCycle) {
        faults.push({ path, message: `${edge.from} → ${edge.to} closes a cycle. Set loop: true on the edge back.` });
      }
    } else if (!closesCycle) {
      faults.push({
        path: `${path}.loop`,
        message: `${edge.to} does not lead back to ${edge.from}, so this edge is no loop. Remove loop.`,
      });
    } else if (loopsWithoutPeople(definition, edge)) {
      faults.push({
        path: `${path}.loop`,
        message: 'The loop has no approve or handle step, so it might never end. Add one.',
      });
    }
  });
}

/** Whether a path from the loop's target back to its source has no step at which people act. */
function loopsWithoutPeople(definition: Definition, loop: Edge): boolean {
  const automatic = new Set(definition.nodes.filter((step) => !isTaskStep(step)).map((step) => step.id));
  if (!automatic.has(loop.to)) return false;
  if (loop.to === loop.from) return true;
  const edges = forwardEdges(definition).filter((edge) => automatic.has(edge.from) && automatic.has(edge.to));
  return reachability(definition.nodes, edges).get(loop.to)?.has(loop.from) ?? false;
}

function checkReachability(definition: Definition, faults: Fault[]): void {
  const reach = reachability(definition.nodes, definition.edges);
  const start = definition.nodes.find((step) => step.type === 'start');
  const ends = definition.nodes.filter((step) => step.type === 'end');
  definition.nodes.forEach((step, i) => {
    const path = joinPath('nodes', i);
    if (start !== undefined && step.type !== 'start' && !reach.get(start.id)?.has(step.id)) {
      faults.push({ path, message: `${step.id} cannot be reached from the start step.` });
    }
    if (step.type !== 'end' && ends.length > 0 && !ends.some((end) => reach.get(step.id)?.has(end.id))) {
      faults.push({ path, message: `No end step can be reached from ${step.id}.` });
    }
  });
}

function outgoing(definition: Definition, step: Step): readonly Edge[] {
  return definition.edges.filter((edge) => edge.from === step.id);
}

function typeOf(definition: Definition, stepId: string): Step['type'] | undefined {
  return definition.nodes.find((step) => step.id === stepId)?.type;
}
