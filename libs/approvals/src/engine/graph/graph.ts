import type { Definition, Edge, Step, TaskStep } from '../definition/definition.js';
import { conditionCompiler, type Condition } from '../expression/condition.js';
import { forwardEdges, reachability, topologicalOrder } from './order.js';

/** An edge with its compiled condition. */
export interface GraphEdge extends Edge {
  /** Set on the edges with `when`. */
  readonly condition: Condition | undefined;
}

/** A compiled definition. It is immutable, so all instances of a version share one. */
export interface Graph {
  readonly definition: Definition;
  readonly startId: string;
  readonly steps: ReadonlyMap<string, Step>;
  /** Every step after all steps that lead to it, loops left out. */
  readonly order: readonly string[];
  readonly outgoing: ReadonlyMap<string, readonly GraphEdge[]>;
  /** For each step, the later steps that it leads to, loops left out. */
  readonly after: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Compiles a definition.
 *
 * @param definition one that `parseDefinition` returned; on other definitions the engine may suspend instances
 */
export function compileGraph(definition: Definition): Graph {
  const compiler = conditionCompiler(definition.formSchema);
  const outgoing = new Map<string, GraphEdge[]>(definition.nodes.map((step) => [step.id, []]));
  for (const edge of definition.edges) {
    const compiled = edge.when === undefined ? undefined : compiler.compile(edge.when);
    outgoing.get(edge.from)?.push({
      ...edge,
      condition: compiled !== undefined && 'condition' in compiled ? compiled.condition : undefined,
    });
  }
  return {
    definition,
    startId: definition.nodes.find((step) => step.type === 'start')?.id ?? '',
    steps: new Map(definition.nodes.map((step) => [step.id, step])),
    order: topologicalOrder(definition).order,
    outgoing,
    after: reachability(definition.nodes, forwardEdges(definition)),
  };
}

/** Whether people get tasks at a step. */
export function isTaskStep(step: Step | undefined): step is TaskStep {
  return step?.type === 'approve' || step?.type === 'handle';
}

/** Whether forward edges lead from one step to the other. */
export function leadsTo(graph: Graph, from: string, to: string): boolean {
  return graph.after.get(from)?.has(to) ?? false;
}

/** The name of a step for readers; its id when it has none. */
export function stepName(graph: Graph, stepId: string): string {
  return graph.steps.get(stepId)?.name ?? stepId;
}
